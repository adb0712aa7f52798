// Choices that a seed determines, so that a run can be repeated.

// mulberry32: 32 bits of state are plenty for choosing requests.
export class Random {
    constructor(seed) {
        this.state = seed >>> 0;
    }
    // From 0 up to but not including 1.
    fraction() {
        this.state = (this.state + 0x6d2b79f5) >>> 0;
        let x = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
        x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
        return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
    }
    below(count) {
        return Math.floor(this.fraction() * count);
    }
    chance(probability) {
        return this.fraction() < probability;
    }
    pick(list) {
        return list[this.below(list.length)];
    }
    // One of the keys of {name: weight}.
    weighted(weights) {
        const sum = Object.values(weights).reduce((a, b) => a + b, 0);
        let rest = this.fraction() * sum;
        for (const [name, weight] of Object.entries(weights)) {
            rest -= weight;
            if (rest < 0) return name;
        }
        return Object.keys(weights)[0];
    }
    // At least one of the list, in its order.
    some(list) {
        const chosen = list.filter(() => this.chance(2 / (list.length + 1)));
        return chosen.length > 0 ? chosen : [this.pick(list)];
    }
}

// Seeds of one number and another that have nothing to do with each other.
export const mixed = (a, b) =>
    (Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 1, 0xc2b2ae35)) >>> 0;
