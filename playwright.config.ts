import { defineConfig } from '@playwright/test';
import { findBrowser } from './scripts/browser.mjs';

const port = Number(process.env.UNCLOUDED_TEST_PORT ?? 4187);
const quiet = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // No dialogs that a test cannot answer: files are saved as downloads, but where a test brings a picker of its own.
  '--disable-blink-features=FileSystemAccessLocal',
];
const softwareGl = ['--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
const softwareWebGpu = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
];

/** Specs run on WASM; those tagged @webgpu run on WebGPU too, on SwiftShader where there is no GPU. */
export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  // Long enough for a slow and busy machine; what fails may take its time.
  timeout: 600_000,
  expect: { timeout: 60_000, toPass: { timeout: 120_000 } },
  workers: 1,
  retries: 0,
  reporter: 'list',
  use: {
    baseURL: `http://localhost:${port}`,
    viewport: { width: 1280, height: 800 },
    acceptDownloads: true,
    trace: 'off',
    // Tests watch and answer requests of the page; those of offline use bring a browser of their own.
    serviceWorkers: 'block',
  },
  projects: [
    {
      name: 'wasm',
      grepInvert: /@webgpu-only/,
      use: {
        launchOptions: {
          executablePath: findBrowser() ?? undefined,
          args: [...quiet, ...softwareGl],
        },
      },
    },
    {
      name: 'webgpu',
      grep: /@webgpu/,
      use: {
        launchOptions: {
          executablePath: findBrowser() ?? undefined,
          args: [...quiet, ...softwareGl, ...softwareWebGpu],
        },
      },
    },
  ],
  webServer: {
    command: `npx vite preview --port ${port} --strictPort`,
    url: `http://localhost:${port}`,
    reuseExistingServer: false,
    timeout: 60_000,
  },
});
