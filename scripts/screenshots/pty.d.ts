// The package that cdktf-cli installs under this name has types for another name.
declare module "@cdktf/node-pty-prebuilt-multiarch" {
  /** A program on a terminal of its own. */
  interface Pty {
    onData(listen: (text: string) => void): void;
    write(text: string): void;
    onExit(listen: (ended: { exitCode: number }) => void): void;
  }
  export function spawn(
    file: string,
    args: readonly string[],
    options: { cols: number; rows: number; cwd: string; env: NodeJS.ProcessEnv },
  ): Pty;
}
