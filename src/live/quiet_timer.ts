/** Calls a function again and again; it keeps no program from its end. */
export function quietTimer(work: () => void, milliseconds: number): ReturnType<typeof setInterval> {
  const timer = setInterval(work, milliseconds);
  (timer as { unref?: () => void }).unref?.();
  return timer;
}
