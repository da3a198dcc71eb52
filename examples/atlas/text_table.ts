/** A column of a text table. */
export interface TextColumn {
  readonly title: string;
  /** Numbers stand to the right. */
  readonly align?: "left" | "right";
  /** Longer cells are cut. */
  readonly max?: number;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303F\uFF01-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}|\p{RI}/u;
const INVISIBLE = /^[\p{Mark}\p{Cf}]+$/u;

/** The lines of a table, its columns aligned by how wide a terminal shows them. */
export function textTable(columns: readonly TextColumn[], rows: readonly (readonly unknown[])[]): string[] {
  const cells = rows.map((row) => row.map((cell, i) => cut(cellText(cell), columns[i]?.max ?? Infinity)));
  const widths = columns.map(({ title }, i) =>
    Math.max(displayWidth(title), ...cells.map((row) => displayWidth(row[i] ?? "")))
  );
  const line = (row: readonly string[]): string =>
    columns.map(({ align }, i) => pad(row[i] ?? "", widths[i] ?? 0, align)).join("  ").trimEnd();
  return [
    line(columns.map(({ title }) => title)),
    widths.map((width) => "─".repeat(width)).join("  "),
    ...cells.map(line),
  ];
}

/** How many columns of a terminal a text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) {
    width += INVISIBLE.test(segment) ? 0 : WIDE.test(segment) ? 2 : 1;
  }
  return width;
}

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return "–";
  if (typeof cell === "number") {
    return Number.isInteger(cell) ? cell.toLocaleString("en-US") : cell.toFixed(2);
  }
  return String(cell);
}

function cut(text: string, max: number): string {
  if (displayWidth(text) <= max) return text;
  let kept = "";
  for (const { segment } of graphemes.segment(text)) {
    if (displayWidth(kept + segment) >= max) break;
    kept += segment;
  }
  return `${kept}…`;
}

function pad(text: string, width: number, align: "left" | "right" = "left"): string {
  const space = " ".repeat(Math.max(0, width - displayWidth(text)));
  return align === "left" ? text + space : space + text;
}
