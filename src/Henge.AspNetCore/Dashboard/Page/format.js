// Numbers for people.
const whole = new Intl.NumberFormat("en");
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

function scaled(value, base, units, small = 0) {
  let unit = 0;
  while (Math.abs(value) >= base && unit < units.length - 1) {
    value /= base;
    unit++;
  }
  const digits = unit === 0 && Number.isInteger(value) ? 0 : Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toFixed(unit === 0 ? Math.min(digits, small) : digits)}${units[unit]}`;
}

export const count = (value) => whole.format(Math.round(value));
export const short = (value) => scaled(value, 1000, ["", " k", " M", " G"], 1);
export const rate = (value) => (value > 0 && value < 0.1 ? "<0.1" : short(value));
export const bytes = (value) => scaled(value, 1024, [" B", " KiB", " MiB", " GiB", " TiB"]);
export const share = (value) =>
  `${(value * 100).toFixed(value > 0 && value < 0.0995 || (value > 0.9 && value < 0.9995) ? 1 : 0)} %`;
export const micros = (value) => scaled(value, 1000, [" µs", " ms", " s"], 1);
export const plural = (value, one, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;
export const time = (unixMs) => clock.format(unixMs);

export function duration(ms) {
  const seconds = Math.floor(ms / 1000);
  if (ms < 1000) {
    return `${Math.max(0, Math.round(ms))} ms`;
  }
  if (seconds < 60) {
    return `${seconds} s`;
  }
  const units = [["d", 86_400], ["h", 3600], ["min", 60], ["s", 1]];
  const first = units.findIndex(([, size]) => seconds >= size);
  return units.slice(first, first + 2)
    .map(([name, size], i) => [Math.floor((i === 0 ? seconds : seconds % units[first][1]) / size), name])
    .filter(([amount]) => amount > 0).map(([amount, name]) => `${amount} ${name}`).join(" ");
}

export function ago(ms) {
  return ms < 5000 ? "just now" : `${duration(ms)} ago`;
}
