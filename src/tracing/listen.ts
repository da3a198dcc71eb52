import { UnsupportedError } from "../errors/mod.ts";
import { builtinModule } from "../runtime/builtin_module.ts";
import type { TracedOperation } from "./channel.ts";

/** A channel with all that is needed to listen to it. */
export interface OpenChannel {
  /** Listens. */
  subscribe(listener: (message: unknown) => void): void;
  /** Ends it. */
  unsubscribe(listener: (message: unknown) => void): void;
  /** Keeps what a function makes of a message in a storage while the work runs. */
  bindStore(storage: object, make: (message: unknown) => unknown): void;
  /** Ends it. */
  unbindStore(storage: object): void;
}

/** The channels to listen to. */
export type OpenChannels = Readonly<Record<"start" | "end" | "asyncEnd" | "error", OpenChannel>>;

/** The channels of a name. */
export function openChannels(name: string): OpenChannels {
  const channels = builtinModule<{ tracingChannel?: (name: string) => OpenChannels }>(
    "node:diagnostics_channel",
  )
    ?.tracingChannel?.(name);
  if (channels !== undefined) return channels;
  throw new UnsupportedError("Cannot trace operations: this runtime has no node:diagnostics_channel");
}

/** What is called for each operation. */
export interface OperationListener {
  /** Before it. */
  started(operation: TracedOperation): void;
  /** After it, once. */
  ended(operation: TracedOperation): void;
}

/** Listens to operations until what it returns is called. */
export function listen(name: string, { started, ended }: OperationListener): () => void {
  const { start, end, asyncEnd } = openChannels(name);
  const open = new WeakSet<object>();
  const onStart = (message: unknown): void => {
    open.add(message as TracedOperation);
    started(message as TracedOperation);
  };
  const finish = (message: unknown): void => {
    if (open.delete(message as TracedOperation)) ended(message as TracedOperation);
  };
  // What is not finished when its synchronous part ends has promised something.
  const onEnd = (message: unknown): void => {
    const { pending } = message as TracedOperation;
    if (!pending) finish(message);
  };
  start.subscribe(onStart);
  end.subscribe(onEnd);
  asyncEnd.subscribe(finish);
  return () => {
    start.unsubscribe(onStart);
    end.unsubscribe(onEnd);
    asyncEnd.unsubscribe(finish);
  };
}
