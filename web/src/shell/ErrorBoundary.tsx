import { Component, type ReactNode } from 'react';
import { explain } from '../api/problem';
import { Button } from '../ui/Button';
import { Notice } from '../ui/Notice';
import { words } from '../words';

interface Props {
  /** A change of it forgets the error: a broken page must not break the next. */
  resetKey: string;
  children: ReactNode;
}

interface State {
  error: unknown;
  resetKey: string;
}

/** Says what broke, in place of the page that broke; the navigation around it stays. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null, resetKey: this.props.resetKey };

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { error };
  }

  static getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    return props.resetKey === state.resetKey ? null : { error: null, resetKey: props.resetKey };
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    const { message, remedy } = explain(this.state.error);
    return (
      <Notice tone="bad" title={words.errors.boundary} actions={
        <Button onClick={() => window.location.reload()}>{words.reload}</Button>
      }>
        {message} {remedy}
      </Notice>
    );
  }
}
