/** `+3.1 %`, `−10.0 %`: a share of one with its sign. */
export function formatShare(share: number): string {
  const value = (share * 100).toFixed(1);
  return `${share < 0 ? value.replace('-', '−') : `+${value}`} %`;
}
