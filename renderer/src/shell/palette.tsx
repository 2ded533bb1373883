import { Kbd, Modal, TextInput } from '@mantine/core';
import { type KeyboardEvent, useEffect, useId, useState } from 'react';
import { useWords } from '../words/index.ts';
import { type Command, useCommands } from './commands.ts';
import { matching } from './matching.ts';

/**
 * Everything by its name. Opens whenever `asked` grows. Not Mantine's Spotlight: that one tells a screen reader neither what is
 * chosen nor how many there are, and a fast Enter takes what was chosen before the last letter.
 */
export function Palette({ asked }: { readonly asked: number }) {
  const { palette } = useWords();
  const [opened, setOpened] = useState(false);
  const [chosen, setChosen] = useState<Command>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked for once more
  useEffect(() => {
    setChosen(undefined);
    setOpened(true);
  }, [asked]);
  const carryOut = (): void => {
    if (chosen?.to !== undefined) location.hash = chosen.to;
    chosen?.run?.();
  };
  return (
    <Modal
      opened={opened}
      onClose={() => setOpened(false)}
      // Whoever goes elsewhere goes on there; whoever only does something goes on where they were.
      returnFocus={chosen?.to === undefined}
      onExitTransitionEnd={carryOut}
      withCloseButton={false}
      padding={0}
      size="lg"
      yOffset="12vh"
      transitionProps={{ duration: 80, exitDuration: 0 }}
      attributes={{ content: { 'aria-label': palette.label } }}
    >
      <Finder
        onChosen={command => {
          setChosen(command);
          setOpened(false);
        }}
      />
    </Modal>
  );
}

function Finder({ onChosen }: { readonly onChosen: (command: Command) => void }) {
  const { palette } = useWords();
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const list = useId();
  const found = matching(useCommands(), query);
  const chosen = found[Math.min(at, found.length - 1)];
  const idOf = (command: Command): string => `${list}-${command.id}`;
  const keyDown = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = { ArrowDown: at + 1, ArrowUp: at - 1 };
    const next = steps[event.key];
    if (next !== undefined && found.length > 0) {
      event.preventDefault();
      setAt((next + found.length) % found.length);
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing && chosen !== undefined) {
      event.preventDefault();
      onChosen(chosen);
    }
  };
  const shown = chosen === undefined ? undefined : idOf(chosen);
  useEffect(() => {
    if (shown !== undefined) document.getElementById(shown)?.scrollIntoView({ block: 'nearest' });
  }, [shown]);
  return (
    <>
      <TextInput
        data-autofocus
        variant="unstyled"
        size="md"
        px="md"
        py={6}
        role="combobox"
        aria-label={palette.search}
        aria-expanded={found.length > 0}
        aria-controls={list}
        aria-activedescendant={shown}
        aria-autocomplete="list"
        placeholder={palette.search}
        spellCheck={false}
        autoComplete="off"
        value={query}
        onChange={event => {
          setQuery(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={keyDown}
      />
      <div className="finder" role="listbox" id={list} aria-label={palette.label} tabIndex={-1}>
        {found.map((command, index) => (
          <Option
            key={command.id}
            id={idOf(command)}
            command={command}
            heading={command.group === found[index - 1]?.group ? undefined : command.group}
            selected={command === chosen}
            onRun={() => onChosen(command)}
          />
        ))}
      </div>
      <div role="status" className="finder-empty">
        {found.length === 0 ? palette.nothing : ''}
      </div>
    </>
  );
}

interface OptionProps {
  readonly id: string;
  readonly command: Command;
  /** Shown above the first of its group. */
  readonly heading: string | undefined;
  readonly selected: boolean;
  readonly onRun: () => void;
}

function Option({ id, command, heading, selected, onRun }: OptionProps) {
  return (
    <>
      {heading !== undefined && (
        <div className="finder-group" aria-hidden="true">
          {heading}
        </div>
      )}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field above, which keeps the focus */}
      <div role="option" id={id} className="finder-option" aria-selected={selected} tabIndex={-1} onClick={onRun}>
        <span className="wrap">
          {command.label} {command.about !== undefined && <span className="quiet">{command.about}</span>}
        </span>
        {command.keys !== undefined && <Kbd size="xs">{command.keys}</Kbd>}
      </div>
    </>
  );
}
