/** The event that v2's plugins get, in v2's words. All values are strings. */
export interface ExecutionEvent {
  type: 'EXECUTION_EVENT';
  user: { email: string };
  content: {
    /** A decimal number. */
    ExecutionID: string;
    /** The name of the proc. */
    JobName: string;
    ImageTag: string;
    /** A JSON object of strings. Secret args are `***`. */
    Args: string;
    Status: string;
  };
}

/** The port through which an operator's code is notified of executions. */
export abstract class NotificationPlugin {
  /**
   * Resolves when the event is accepted. The event is sent again if this fails, or if the outcome is unknown.
   * @throws Error with a one-line message
   */
  abstract onNotify(event: ExecutionEvent): Promise<void>;
}
