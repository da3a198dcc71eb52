/** Names what carries the type of the values that are compared; a type alone, which no completion offers. */
export declare const TYPE_OF_OPERAND: unique symbol;
/** Names what carries the type of the rows; a type alone. */
export declare const TYPE_OF_ROW: unique symbol;
/** Names what tells a match of text from other operations; a type alone. */
export declare const MATCHES_TEXT: unique symbol;

/**
 * An operator with its operand, made by a function such as {@linkcode gt}. No JSON text can forge one, so it is safe next to values
 * that come from outside.
 */
export interface Operation<out T = unknown> {
  /** Carries the type of the values compared; never present. */
  readonly [TYPE_OF_OPERAND]: T;
}

/**
 * An {@linkcode Operation} that matches text, made by a function such as {@linkcode like}: it serves every column of text, also
 * one whose values are narrowed.
 */
export interface TextOperation {
  /** Carries the kind of operation; never present. */
  readonly [MATCHES_TEXT]: true;
}

/** Names what carries the word that a condition on related rows was made with; a type alone. */
export declare const WORD_OF_RELATED: unique symbol;
/** Names what carries the type of the condition on related rows; a type alone. */
export declare const TYPE_OF_RELATED: unique symbol;

/** A condition on the rows that a relation leads to, made by {@linkcode some}, {@linkcode every}, {@linkcode none} or {@linkcode is}. */
export interface RelatedCondition<out K extends string = string, out W = unknown> {
  /** Carries the word; never present. */
  readonly [WORD_OF_RELATED]: K;
  /** Carries the type of the condition; never present. */
  readonly [TYPE_OF_RELATED]: W;
}

/** Several conditions joined by {@linkcode and}, {@linkcode or} or {@linkcode not}, as unforgeable as an {@linkcode Operation}. */
export interface Condition<out Row = unknown> {
  /** Carries the type of the rows; never present. */
  readonly [TYPE_OF_ROW]: Row;
}
