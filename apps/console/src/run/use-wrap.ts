import { useState } from 'react';

const KEY = 'proctor.log.wrap';

/** Whether long lines are wrapped. Remembered in this browser. */
export function useWrap(): [wraps: boolean, toggle: () => void] {
  const [wraps, setWraps] = useState(() => localStorage.getItem(KEY) === 'true');
  const toggle = () => {
    localStorage.setItem(KEY, String(!wraps));
    setWraps(!wraps);
  };
  return [wraps, toggle];
}
