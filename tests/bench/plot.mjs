// The results as a picture: bars in SVG, one panel below the other.
import { nominal } from "./limits.mjs";
import { at, cpu_targets, nominal_us, signatures_target } from "./targets.mjs";

const [width, label_width, bar_height, gap] = [860, 260, 16, 8];
const plain = (text) =>
    text.replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c]);
const text_of = (value) =>
    value >= 100 ? Math.round(value).toLocaleString("en-US") : value.toPrecision(2);

// rows: [{label, value, mark}]; the mark is what is aimed at. Lengths are logarithms from `least`.
function panel(top, title, least, rows) {
    const most = Math.max(...rows.flatMap(({ value, mark }) => [value, mark ?? 0]));
    const room = width - label_width - 90;
    const length = (value) =>
        Math.max(1, (room * Math.log(value / least)) / Math.log(most / least));
    const lines = rows.map(({ label, value, mark }, i) => {
        const y = top + 34 + i * (bar_height + gap);
        const middle = y + bar_height - 4;
        const x = label_width + length(mark ?? least);
        const end = label_width + length(Math.max(value, mark ?? 0)) + 8;
        const aim = mark
            ? `<line x1="${x}" x2="${x}" y1="${y - 3}" y2="${y + bar_height + 3}" class="aim"/>`
            : "";
        return `<text x="${label_width - 8}" y="${middle}" text-anchor="end">${plain(label)}</text>
<rect x="${label_width}" y="${y}" width="${length(value)}" height="${bar_height}"/>${aim}
<text x="${end}" y="${middle}">${text_of(value)}</text>`;
    });
    const height = 34 + rows.length * (bar_height + gap) + 20;
    return {
        height,
        svg: [`<text x="10" y="${top + 18}" class="title">${plain(title)}</text>`, ...lines].join(
            "\n",
        ),
    };
}

const aim_of = ({ id, all_cores }) =>
    all_cores ? (signatures_target * 1e6) / nominal.signs : cpu_targets[id];

export function draw_plot({ operations, growth }) {
    const cpu = operations.map((each) => ({
        label: each.title,
        value: nominal_us(each, at(each, 64)),
        mark: aim_of(each),
    }));
    const rates = operations.map((each) => ({ label: each.title, value: at(each, 64).rate }));
    const grown = growth.operations.map(({ title, by_rows }) => ({
        label: title,
        value: by_rows.at(-1).cpu_us / by_rows[0].cpu_us,
        mark: 1.5,
    }));
    const panels = [
        ["CPU microseconds a request on a nominal core (line: target)", 1, cpu],
        ["Requests a second at 64 connections", 10, rates],
        [
            "CPU a request with the most rows, in times of that with the fewest (line: target)",
            0.1,
            grown,
        ],
    ];
    let height = 10;
    const drawn = panels.map(([title, least, rows]) => {
        const { svg, height: added } = panel(height, title, least, rows);
        height += added;
        return svg;
    });
    const size = `width="${width}" height="${height}"`;
    return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ${size}>
<style>
text { font: 12px sans-serif }
.title { font-weight: bold }
rect { fill: #4b74b8 }
.page { fill: #fff }
.aim { stroke: #b3261e; stroke-width: 2 }
</style>
<rect class="page" ${size}/>
${drawn.join("\n")}
</svg>
`;
}
