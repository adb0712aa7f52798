// The shape of a JSON value: names and types of its members, without its values.

// Members whose names are the caller's own, or follow from what happened.
const free_form = new Set(["metadata", "byMode", "byRule"]);

const type_of = (value) =>
    value === null ? "null" : Array.isArray(value) ? "array" : typeof value;

// In which members two values differ: {path: what}. null stands for a value of any type, since the
// schema says where it may stand. Arrays are compared by their first elements.
export function shape_differences(left, right, names = ["the example", "the answer"], path = "") {
    if (left === null || right === null) return {};
    const types = [type_of(left), type_of(right)];
    if (types[0] !== types[1])
        return { [path]: `${types[0]} in ${names[0]}, ${types[1]} in ${names[1]}` };
    if (types[0] === "array") {
        if (left.length === 0 || right.length === 0) return {};
        return shape_differences(left[0], right[0], names, `${path}[]`);
    }
    if (types[0] !== "object") return {};
    const differences = {};
    for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
        const member = path ? `${path}.${name}` : name;
        if (!(name in right)) differences[member] = `only in ${names[0]}`;
        else if (!(name in left)) differences[member] = `only in ${names[1]}`;
        else if (!free_form.has(name))
            Object.assign(differences, shape_differences(left[name], right[name], names, member));
    }
    return differences;
}
