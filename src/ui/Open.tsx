import { useId, useRef, useState } from 'react';
import { useActions } from './context.ts';
import { scenesFiles } from './dropped-files.ts';

/** Opens the file picker. */
export function OpenFileButton({ className, label }: { className: string; label: string }) {
  const { open } = useActions();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" className={className} onClick={() => input.current?.click()}>
        {label}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        aria-label="GeoTIFF files"
        accept=".tif,.tiff,.gtiff,image/tiff"
        onChange={(event) => {
          const files = scenesFiles([...(event.target.files ?? [])]);
          event.target.value = '';
          if (files.length > 0) void open(files.length === 1 ? files[0] : files);
        }}
      />
    </>
  );
}

/** Takes the address of a GeoTIFF on a server. */
export function UrlForm() {
  const { open } = useActions();
  const [text, setText] = useState('');
  const [problem, setProblem] = useState(false);
  const id = useId();
  return (
    <form
      className="url-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const url = parseAddress(text);
        setProblem(url === null);
        if (url !== null) void open(url);
      }}
    >
      <label htmlFor={id}>Or open from an address</label>
      <div className="url-row">
        <input
          id={id}
          type="url"
          inputMode="url"
          placeholder="https://example.org/scene.tif"
          autoComplete="off"
          spellCheck={false}
          value={text}
          aria-invalid={problem}
          aria-describedby={problem ? `${id}-problem` : undefined}
          onChange={(event) => {
            setText(event.target.value);
            setProblem(false);
          }}
        />
        <button type="submit" className="button" disabled={text.trim() === ''}>
          Open
        </button>
      </div>
      {problem && (
        <p id={`${id}-problem`} className="field-problem" role="alert">
          This is not a web address. It begins with https:// and ends in the name of the file.
        </p>
      )}
    </form>
  );
}

function parseAddress(text: string): URL | null {
  try {
    const url = new URL(text.trim());
    return url.protocol === 'https:' || url.protocol === 'http:' ? url : null;
  } catch {
    return null;
  }
}
