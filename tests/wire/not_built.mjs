// Operations of the contract that are not built yet, and why. The tests fail when one of them
// answers (delete its line: its cases run from then on) or when another one does not.
export const not_built = {};

// Parts of operations that answer otherwise; a case names the part it is about.
export const parts_not_built = {};

// Why a case cannot show what it is about; nothing when it can.
export const why_not = ({ id, part }) => not_built[id] ?? parts_not_built[part];

// Operations that the contract lets take an Idempotency-Key and that do not yet look at it.
export const key_not_honoured_yet = {
    verifyDomain: "a proved domain answers the same without a look-up, so nothing is done twice",
};
