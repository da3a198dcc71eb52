/** No relations, and no options about them. */
export type Empty = Record<never, never>;

/** What a relation has to know of a view, whose rows are only read. */
export interface RelatableView {
  /** The type of a row. */
  readonly $row: object;
  /** The relations. */
  readonly $relations: object;
}

/** What a relation has to know of a model. */
export interface Relatable extends RelatableView {
  /** The type `create` takes. */
  readonly $insert: object;
}

/** The row that a column of this table refers to. */
export interface BelongsTo<M, C extends string> {
  /** Tells the kinds apart. */
  readonly kind: "belongsTo";
  /** Whether there can be several rows. */
  readonly many: false;
  /** The model referred to. */
  readonly model: M;
  /** The column of this table that refers to it. */
  readonly column: C;
}

/** The one row of another table that refers to this one. */
export interface HasOne<M, C extends string> {
  /** Tells the kinds apart. */
  readonly kind: "hasOne";
  /** Whether there can be several rows. */
  readonly many: false;
  /** The model that refers to this one. */
  readonly model: M;
  /** Its column that does. */
  readonly column: C;
}

/** The rows of another table that refer to this one. */
export interface HasMany<M, C extends string> {
  /** Tells the kinds apart. */
  readonly kind: "hasMany";
  /** Whether there can be several rows. */
  readonly many: true;
  /** The model that refers to this one. */
  readonly model: M;
  /** Its column that does. */
  readonly column: C;
}

/** The rows of another table that rows of a third, which refer to both, join to this one. */
export interface HasManyThrough<M, J, F extends string, T extends string> {
  /** Tells the kinds apart. */
  readonly kind: "through";
  /** Whether there can be several rows. */
  readonly many: true;
  /** The model joined to this one. */
  readonly model: M;
  /** The model whose rows join the two. */
  readonly through: J;
  /** The column of `through` that refers to this table. */
  readonly from: F;
  /** The column of `through` that refers to the other. */
  readonly to: T;
}

/** The row of the model that a relation leads to; `F` is the function that gives the relation. */
export type RelatedRow<F> = F extends () => { readonly model: { readonly $row: infer Row extends object } }
  ? Row
  : never;

/** The relations of that model. */
export type RelatedRelations<F> = F extends () => { readonly model: { readonly $relations: infer R } } ? R
  : never;
