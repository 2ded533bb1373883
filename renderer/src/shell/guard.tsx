import { Button, Group } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { Told } from '../parts/problem.tsx';
import { wordsNow } from '../words/index.ts';

interface GuardProps {
  /** Another place is another chance. */
  readonly place: string;
  readonly children: ReactNode;
}

/** Keeps the frame and its pause alive when one screen fails, or could not be fetched because the host is gone. */
export class Guard extends Component<GuardProps, { readonly failedAt: string | null; readonly message: string }> {
  override state = { failedAt: null, message: '' };

  static getDerivedStateFromError(error: unknown): { readonly message: string } {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override componentDidCatch(): void {
    this.setState({ failedAt: this.props.place });
  }

  override componentDidUpdate(): void {
    const { failedAt } = this.state;
    if (failedAt !== null && failedAt !== this.props.place) this.setState({ failedAt: null, message: '' });
  }

  override render(): ReactNode {
    if (this.state.message === '') return this.props.children;
    const { title, hint, reload } = wordsNow().shell.failed;
    return (
      <Told failure={{ code: 'GH_INTERNAL', message: title, hint: `${hint} ${this.state.message}` }}>
        <Group mt="xs">
          <Button size="compact-sm" variant="default" onClick={() => location.reload()}>
            {reload}
          </Button>
        </Group>
      </Told>
    );
  }
}
