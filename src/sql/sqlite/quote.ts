/** Quotes a name: backticks, because a misspelt name in double quotes would be taken for a text. */
export function quoteSqlite(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}
