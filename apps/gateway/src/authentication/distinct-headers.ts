/** Every value of each header, as in `IncomingMessage.headersDistinct`. */
export type DistinctHeaders = Readonly<Partial<Record<string, readonly string[]>>>;
