/** What the watches make of Kubernetes' objects, for tables of statuses. */
export { toJobView, toPodView } from '../kubernetes/pod-outcome.js';
