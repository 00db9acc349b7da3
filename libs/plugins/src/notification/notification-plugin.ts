/** What v2's plugins were told of an execution, in v2's words; all values are texts. */
export interface ExecutionEvent {
  type: 'EXECUTION_EVENT';
  user: { email: string };
  content: {
    /** Decimal. */
    ExecutionID: string;
    /** The proc's name. */
    JobName: string;
    ImageTag: string;
    /** A JSON object of strings; secret ones are `***`. */
    Args: string;
    Status: string;
  };
}

/** The port through which an operator's own code hears of executions. */
export abstract class NotificationPlugin {
  /**
   * Resolves when the event was taken. It comes again if that fails, or if it is not known whether it did.
   * @throws Error with a message of one line
   */
  abstract onNotify(event: ExecutionEvent): Promise<void>;
}
