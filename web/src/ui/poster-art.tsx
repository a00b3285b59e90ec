/* One drawing a genre, in the poster's inks: currentColor is bright, `fill` is light, `stroke` is deep. */
import type { JSX } from "preact";
import type { Genre } from "../api/shapes/performance";

type Draw = (roll: () => number) => JSX.Element;

const steps = (n: number) => Array.from({ length: n }, (_, i) => i);

/* Beams of light from above on a stage. */
const musical: Draw = (roll) => {
  const beams = steps(5).map((i) => ({ from: 20 + i * 65 + roll() * 20, to: 40 + roll() * 220, half: 28 + roll() * 30 }));
  return (
    <g>
      {beams.map(({ from, to, half }, i) => (
        <path d={`M${from - 5} 0h10L${to + half} 330H${to - half}z`} fill="currentColor" opacity={0.22 + (i % 2) * 0.16} />
      ))}
      <ellipse cx="150" cy="332" rx={120 + roll() * 40} ry="26" />
      {steps(3).map((i) => {
        const x = 105 + i * 45 + roll() * 10;
        const tall = 60 + roll() * 40;
        return <path d={`M${x - 9} 334c0-${tall} 2-${tall} 9-${tall}s9 0 9 ${tall}z`} stroke-width="2" />;
      })}
    </g>
  );
};

/* Rings of sound over a skyline of levels. */
const concert: Draw = (roll) => {
  const x = 80 + roll() * 140;
  const y = 110 + roll() * 60;
  return (
    <g>
      {steps(7).map((i) => (
        <circle cx={x} cy={y} r={22 + i * 26} fill="none" stroke="currentColor" stroke-width={8 - i} opacity={1 - i * 0.12} />
      ))}
      <circle cx={x} cy={y} r="13" />
      {steps(15).map((i) => {
        const tall = 40 + roll() * 130;
        return <rect x={12 + i * 18.6} y={352 - tall} width="11" height={tall} rx="5" stroke="none" opacity={i % 3 ? 0.9 : 0.55} />;
      })}
    </g>
  );
};

/* A curtain drawn aside. */
const play: Draw = (roll) => {
  const opening = 90 + roll() * 60;
  return (
    <g>
      <circle cx="150" cy={200 + roll() * 40} r={78 + roll() * 30} />
      {steps(7).map((i) => {
        const w = (300 - opening) / 14;
        return (
          <g fill="currentColor" opacity={0.55 + (i % 2) * 0.4}>
            <path d={`M${i * w} 0h${w + 1}C${i * w + w} 150 ${i * w * 0.75 + w} 260 ${i * w * 0.55 + w * 0.6} 400H${i * w * 0.55}C${i * w * 0.75} 260 ${i * w} 150 ${i * w} 0z`} />
            <path d={`M${300 - i * w} 0h-${w + 1}C${300 - i * w - w} 150 ${300 - i * w * 0.75 - w} 260 ${300 - i * w * 0.55 - w * 0.6} 400H${300 - i * w * 0.55}C${300 - i * w * 0.75} 260 ${300 - i * w} 150 ${300 - i * w} 0z`} />
          </g>
        );
      })}
      <path d="M0 0h300v34q-25 22-50 0t-50 0-50 0-50 0-50 0-50 0z" fill="currentColor" />
    </g>
  );
};

/* Five lines that bend, and the notes on them. */
const classical: Draw = (roll) => {
  const bend = 40 + roll() * 90;
  const tilt = roll() * 120 - 60;
  const wave = (i: number) => `M-10 ${120 + i * 24}C80 ${120 + i * 24 - bend} 200 ${150 + i * 24 + bend + tilt} 310 ${110 + i * 24 + tilt}`;
  return (
    <g>
      <circle cx={70 + roll() * 160} cy={90 + roll() * 40} r={46 + roll() * 24} fill="currentColor" />
      {steps(5).map((i) => <path d={wave(i)} fill="none" stroke="currentColor" stroke-width={2 + i * 0.6} />)}
      {steps(6).map((i) => {
        const x = 34 + i * 46 + roll() * 14;
        const y = 150 + roll() * 110;
        return (
          <g>
            <ellipse cx={x} cy={y} rx="11" ry="8" transform={`rotate(-20 ${x} ${y})`} />
            <rect x={x + 8.5} y={y - 54} width="2.6" height="54" />
          </g>
        );
      })}
    </g>
  );
};

/* A ribbon in the air. */
const dance: Draw = (roll) => {
  const a = 60 + roll() * 120;
  const b = 120 + roll() * 120;
  return (
    <g>
      {steps(9).map((i) => (
        <path d={`M${-20 + i * 4} ${360 - i * 10}C${a + i * 9} ${330 - i * 6} ${20 + i * 5} ${a - i * 5} ${150 + i * 6} ${170 - i * 3}S${b + i * 7} ${a - i * 8} 330 ${20 + i * 14}`}
          fill="none" stroke={i % 3 === 2 ? "#fff" : "currentColor"} stroke-width={i % 3 === 2 ? 1.5 : 5 - i * 0.35} opacity={1 - i * 0.08} />
      ))}
      <circle cx={150 + roll() * 20} cy={150 + roll() * 20} r="17" />
    </g>
  );
};

/* An audience of dots. */
const other: Draw = (roll) => (
  <g>
    {steps(12).map((row) =>
      steps(9).map((column) => {
        const lit = roll();
        return <circle cx={30 + column * 30} cy={26 + row * 28} r={lit > 0.82 ? 11 : 5 + lit * 4} fill={lit > 0.82 ? undefined : "currentColor"} opacity={0.35 + lit * 0.65} />;
      }),
    )}
  </g>
);

export const draws: Record<Genre, Draw> = { musical, concert, play, classical, dance, other };
