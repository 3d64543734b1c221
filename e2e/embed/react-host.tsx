/** A page that uses the package in React: built by the test as a host would build it. */
import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import 'unclouded-swipe';
import type {} from 'unclouded-swipe/react';

function Host({ before, after }: { before: string; after: string }) {
  const [swipe, setSwipe] = useState(0.25);
  return (
    <>
      <p>Divider at {swipe}</p>
      <button type="button" onClick={() => setSwipe(0.75)}>
        To the right
      </button>
      <unclouded-swipe
        before={before}
        after={after}
        swipe={swipe}
        onswipe={(event) => setSwipe(event.detail.position)}
      />
    </>
  );
}

const { before = '', after = '' } = document.body.dataset;
createRoot(document.getElementById('root') as HTMLElement).render(<Host before={before} after={after} />);
