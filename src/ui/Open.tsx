import { useId, useRef, useState } from 'react';
import { TIFF_ENDINGS } from '../pipeline/file-names.ts';
import { BLOCKED, isBlocked, isWebAddress } from '../store/web-address.ts';
import { t } from '../texts/texts.ts';
import { useActions } from './context.ts';
import { scenesFiles } from './dropped-files.ts';

/** Opens the file picker for a scene. */
export function OpenFileButton({ className, label }: { className: string; label: string }) {
  const { open } = useActions();
  return (
    <FilesButton
      className={className}
      label={label}
      fieldLabel={t('GeoTIFF files')}
      onFiles={(files) => void open(files)}
    />
  );
}

/** A button that lets the user pick files that can belong to scenes. */
export function FilesButton(props: {
  className: string;
  label: string;
  /** Of the file field behind the button. */
  fieldLabel: string;
  disabled?: boolean;
  onFiles: (files: File[]) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        className={props.className}
        disabled={props.disabled}
        onClick={() => input.current?.click()}
      >
        {props.label}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        aria-label={props.fieldLabel}
        accept={[...TIFF_ENDINGS, 'image/tiff'].join()}
        onChange={(event) => {
          const files = scenesFiles([...(event.target.files ?? [])]);
          event.target.value = '';
          if (files.length > 0) props.onFiles(files);
        }}
      />
    </>
  );
}

/** Takes the address of a GeoTIFF on a server. */
export function UrlForm() {
  const { open } = useActions();
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const id = useId();
  return (
    <form
      className="url-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const url = parseAddress(text);
        const found = problemOf(url);
        setProblem(found);
        if (url !== null && found === null) void open(url);
      }}
    >
      <label htmlFor={id}>{t('Or open from an address')}</label>
      <div className="url-row">
        <input
          id={id}
          type="url"
          inputMode="url"
          placeholder="https://example.org/scene.tif"
          autoComplete="off"
          spellCheck={false}
          value={text}
          aria-invalid={problem !== null}
          aria-describedby={problem !== null ? `${id}-problem` : undefined}
          onChange={(event) => {
            setText(event.target.value);
            setProblem(null);
          }}
        />
        <button type="submit" className="button" disabled={text.trim() === ''}>
          {t('Open')}
        </button>
      </div>
      {problem !== null && (
        <p id={`${id}-problem`} className="field-problem" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}

function parseAddress(text: string): URL | null {
  const address = text.trim();
  const url = URL.canParse(address) ? new URL(address) : null;
  return url && isWebAddress(url) ? url : null;
}

function problemOf(url: URL | null): string | null {
  if (url === null)
    return t('This is not a web address. It begins with https:// and ends in the name of the file.');
  return isBlocked(url, document.baseURI) ? `${t(BLOCKED.message)} ${t(BLOCKED.remedy)}` : null;
}
