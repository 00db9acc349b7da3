/** Adds the setting that helps to what Kubernetes says about the user of a container. Other messages stay as they are. */
export function adviseOnSecurity(message: string): string {
  const advice = ADVICE.find(([pattern]) => pattern.test(message));
  return advice ? `${message}; ${advice[1]}` : message;
}

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    // A warning about a Job says "would violate".
    /violates? PodSecurity "restricted:/,
    'set PROCTOR_POD_SECURITY=restricted, so that every pod meets this level',
  ],
  // The kubelet's words: the image names no user, root, or a user without a number.
  [
    /container has runAsNonRoot and image /,
    'set run_as_user in the proc, or the default PROCTOR_JOB_RUN_AS_USER, or PROCTOR_POD_SECURITY=baseline if it needs root',
  ],
];
