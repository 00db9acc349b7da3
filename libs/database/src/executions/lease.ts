/**
 * Proof that this process follows the execution. Every write carries it, and a row with a higher epoch refuses the
 * write.
 */
export interface Lease {
  executionId: number;
  epoch: number;
}
