interface RejectionEvent {
  readonly reason: unknown;
  preventDefault(): void;
}

interface EventLike {
  addEventListener(type: "unhandledrejection", listener: (event: RejectionEvent) => void): void;
  removeEventListener(type: "unhandledrejection", listener: (event: RejectionEvent) => void): void;
}

interface ProcessLike {
  on(type: "unhandledRejection", listener: (reason: unknown) => void): unknown;
  off(type: "unhandledRejection", listener: (reason: unknown) => void): unknown;
}

const global = globalThis as unknown as {
  readonly Deno?: unknown;
  readonly process?: ProcessLike;
  readonly setImmediate?: (work: () => void) => unknown;
};

/**
 * Rejections that nobody looks at: they are noted while they are watched, and end no process. Under `bun test` it is the runner
 * that sees them.
 */
export class StrayRejections {
  #reasons: unknown[] = [];
  readonly #onEvent = (event: RejectionEvent): void => {
    event.preventDefault();
    this.#reasons.push(event.reason);
  };
  readonly #onReason = (reason: unknown): void => void this.#reasons.push(reason);

  /** Begins to watch. */
  watch(): void {
    if (global.Deno !== undefined) {
      (globalThis as unknown as EventLike).addEventListener("unhandledrejection", this.#onEvent);
    } else global.process?.on?.("unhandledRejection", this.#onReason);
  }

  /** Watches no longer. */
  leave(): void {
    if (global.Deno !== undefined) {
      (globalThis as unknown as EventLike).removeEventListener("unhandledrejection", this.#onEvent);
    } else global.process?.off?.("unhandledRejection", this.#onReason);
  }

  /** What was rejected since it was asked last, when the work that is queued has been done. */
  async taken(): Promise<unknown[]> {
    await new Promise<void>((resolve) => {
      if (global.setImmediate === undefined) setTimeout(resolve, 0);
      else global.setImmediate(resolve);
    });
    return this.#reasons.splice(0);
  }
}
