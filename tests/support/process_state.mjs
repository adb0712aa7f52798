// What the kernel tells everyone about a process: its memory, its time, its connections.
import { readdirSync, readFileSync } from "node:fs";

// What all threads of a process have spent on a processor, to the nanosecond (schedstat, not the
// ticks of 10 ms in stat): apart from the time that its neighbours took.
export function cpu_milliseconds(pid) {
    const tasks = `/proc/${pid}/task`;
    const of = (task) => Number(readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ")[0]);
    return readdirSync(tasks).reduce((sum, task) => sum + of(task), 0) / 1e6;
}

// Megabytes: what is resident now, and the most that ever was.
export function memory_of(pid) {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const megabytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)[1]) / 1024;
    return { now: megabytes("VmRSS"), peak: megabytes("VmHWM") };
}

// How many files and sockets a process may have open.
export function open_files_max(pid) {
    const limits = readFileSync(`/proc/${pid}/limits`, "utf8");
    return Number(/^Max open files +(\d+)/m.exec(limits)[1]);
}

// The clients' ports of the connections that the program listening on this port still holds open.
export function open_peers(port) {
    const local = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
    const [listening, time_wait] = ["0A", "06"];
    return readFileSync("/proc/net/tcp", "utf8")
        .split("\n")
        .slice(1)
        .map((line) => line.trim().split(/\s+/))
        .filter((fields) => fields[1]?.endsWith(local) && fields[9] !== "0")
        .filter((fields) => ![listening, time_wait].includes(fields[3]))
        .map((fields) => parseInt(fields[2].split(":")[1], 16));
}
export const open_connections = (port) => open_peers(port).length;

export async function eventually(holds, milliseconds = 10_000) {
    const end = Date.now() + milliseconds;
    while (Date.now() < end) {
        if (await holds()) return true;
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return false;
}
