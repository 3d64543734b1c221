/** Starts to count how long the processor works for this process, in milliseconds: what else runs on the machine does not enter. */
export function processorTime(): () => number {
  const begin = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(begin);
    return (user + system) / 1000;
  };
}
