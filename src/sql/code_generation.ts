let allowed: boolean | undefined;

/** Whether functions may be made of text here: a content security policy or a flag of the runtime can forbid it. */
export function canGenerateCode(): boolean {
  if (allowed === undefined) {
    try {
      allowed = new Function("return true")() === true;
    } catch {
      allowed = false;
    }
  }
  return allowed;
}
