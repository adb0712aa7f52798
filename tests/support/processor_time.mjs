// What a program has cost, apart from the time that its neighbours took.
import { readdirSync, readFileSync } from "node:fs";

// What all threads of a process have spent on a processor, to the nanosecond (schedstat, not the
// ticks of 10 ms in stat).
export function processor_milliseconds(pid) {
    const tasks = `/proc/${pid}/task`;
    const of = (task) => Number(readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ")[0]);
    return readdirSync(tasks).reduce((sum, task) => sum + of(task), 0) / 1e6;
}
