import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useWords } from '../words/index.ts';

const SAID_MS = 2_500;

/** A command or a path for a terminal, with a button that copies it. */
export function Copyable({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <div className="copyable">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <section className="code" aria-label={label} tabIndex={0}>
        {text}
      </section>
      <CopyButton text={text} label={label} />
    </div>
  );
}

function CopyButton({ text, label }: { readonly text: string; readonly label: string }) {
  const { common } = useWords();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SAID_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <Button
      size="compact-sm"
      variant="default"
      aria-label={`${copied ? common.copied : common.copy} ${label}`}
      onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
    >
      {copied ? common.copied : common.copy}
    </Button>
  );
}
