import { useEffect, useState, type InputHTMLAttributes } from 'react';

interface FilterInputProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'> {
  value: string;
  onCommit: (value: string) => void;
}

/** An input whose value counts once it is complete: on Enter, on leaving it, and on a choice from its list. */
export function FilterInput({ value, onCommit, ...props }: FilterInputProps) {
  const [draft, setDraft] = useState(value);
  useEffect(() => setDraft(value), [value]);
  const commit = (text: string) => {
    if (text.trim() !== value) onCommit(text.trim());
  };
  return (
    <input
      {...props}
      value={draft}
      onChange={({ target, nativeEvent }) => {
        setDraft(target.value);
        // A choice from a list is no typing.
        const isTyped =
          nativeEvent instanceof InputEvent && nativeEvent.inputType !== 'insertReplacementText';
        if (!isTyped || target.value === '') commit(target.value);
      }}
      onBlur={() => commit(draft)}
      onKeyDown={({ key }) => {
        if (key === 'Enter') commit(draft);
      }}
    />
  );
}
