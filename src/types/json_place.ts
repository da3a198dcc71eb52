import type { Scalar } from "./where.ts";

/** The JSON columns of `Row`. */
export type JSONKeys<Row> =
  & { [K in keyof Row]: Row[K] extends Scalar | null ? never : K }[keyof Row]
  & string;

/** The places in the JSON columns of `Row`: `profile.city`. Those of a column whose type is not known are any. */
export type JSONPlace<Row> = { [K in JSONKeys<Row>]: `${K}.${PlaceIn<Row[K], []>}` }[JSONKeys<Row>];

/** The places in a JSON value: any in one whose type is not known, and below the depth that is followed. */
export type PlaceIn<T, Depth extends readonly unknown[]> = Depth["length"] extends 5 ? string
  : unknown extends T ? string
  : T extends Scalar | null | undefined ? never
  : T extends readonly (infer E)[] ? Step<`${number}`, E, Depth>
  : string extends keyof T ? string
  : { [K in keyof T]-?: Step<K, T[K], Depth> }[keyof T];

/** A member, and the places in it. */
export type Step<K, T, Depth extends readonly unknown[]> = K extends string | number
  ? `${K}` | `${K}.${PlaceIn<T, [...Depth, unknown]>}`
  : never;
