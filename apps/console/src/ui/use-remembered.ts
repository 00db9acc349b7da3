import { useState } from 'react';

/** A choice of the person, remembered in this browser. The first value is the default. */
export function useRemembered<Value extends string>(
  key: string,
  values: readonly [Value, ...Value[]],
): [value: Value, choose: (value: Value) => void] {
  const [value, setValue] = useState<Value>(() => {
    const stored = localStorage.getItem(key);
    return values.find((each) => each === stored) ?? values[0];
  });
  const choose = (chosen: Value) => {
    localStorage.setItem(key, chosen);
    setValue(chosen);
  };
  return [value, choose];
}
