import { Fragment, type ReactNode } from 'react';

/** A translated sentence in which the words between `<b>` and `</b>` are shown in a way of their own; strongly by default. */
export function Rich(props: { text: string; part?: (words: string) => ReactNode }) {
  const { text, part = (words) => <strong>{words}</strong> } = props;
  return text
    .split(/<b>(.*?)<\/b>/)
    .map((words, i) => <Fragment key={words}>{i % 2 === 1 ? part(words) : words}</Fragment>);
}
