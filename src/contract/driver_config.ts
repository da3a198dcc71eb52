/** Where a driver finds its databases. Every member is optional; each driver documents which it uses. */
export interface DriverConfig {
  /** A folder that holds one file a database. */
  readonly storageDir?: string;
  /** Paths or urls by database name. */
  readonly databases?: Readonly<Record<string, string>>;
  /** The url of a server. */
  readonly url?: string;
  /** Open without the right to write. */
  readonly readonly?: boolean;
  /** Called with each statement or operation the driver runs; `true` prints to the console. */
  readonly verbose?: boolean | ((message: string) => void);
  /** What only this driver knows. */
  readonly options?: Readonly<Record<string, unknown>>;
}
