/** Waits a little, longer each time and never the same for two that wait. The event loop goes on. */
export function pause(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, (0.5 + Math.random()) * Math.min(40, 2 ** attempt)));
}
