import { createReadStream, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.tif': 'image/tiff',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

export interface StaticServer {
  readonly origin: string;
  /** Every path that was asked for. */
  readonly requests: string[];
  /** Answers an address with a page of this text. */
  page(path: string, html: string, headers?: Readonly<Record<string, string>>): void;
  close(): void;
}

/**
 * A plain static host on a port of its own, so another origin than the application's. Below `/cors/` it sends
 * `Access-Control-Allow-Origin: *`, below `/whole/` that too but it ignores ranges; elsewhere neither.
 */
export async function serveFolder(folder: string): Promise<StaticServer> {
  const pages = new Map<string, { html: string; headers: Readonly<Record<string, string>> }>();
  const requests: string[] = [];
  const server: Server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://host').pathname;
    requests.push(path);
    const page = pages.get(path);
    if (page) {
      response.writeHead(200, { 'Content-Type': 'text/html', ...page.headers }).end(page.html);
      return;
    }
    const [, mode] = /^\/(cors|whole)\//.exec(path) ?? [];
    const file = join(folder, normalize(mode ? path.slice(mode.length + 1) : path));
    const size = statSync(file, { throwIfNoEntry: false })?.size;
    if (size === undefined) {
      response.writeHead(404).end();
      return;
    }
    const headers = {
      'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
      ...(mode && { 'Access-Control-Allow-Origin': '*' }),
    };
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
    if (first === undefined || mode === 'whole') {
      response.writeHead(200, { ...headers, 'Content-Length': size });
      createReadStream(file).pipe(response);
      return;
    }
    const [start, end] = [Number(first), Math.min(last ? Number(last) : size - 1, size - 1)];
    if (start >= size) {
      response.writeHead(416, headers).end();
      return;
    }
    response.writeHead(206, {
      ...headers,
      'Content-Range': `bytes ${start}-${end}/${size}`,
      'Content-Length': end - start + 1,
    });
    createReadStream(file, { start, end }).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    page: (path, html, headers = {}) => pages.set(path, { html, headers }),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
