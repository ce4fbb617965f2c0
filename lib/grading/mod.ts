/** Was it right, and how do we know: finding the final answer, reading it as a number, the verdict and the reward. */
export { type AnswerPlace, type BoxedAnswer, extractAnswer, extractBoxed, type FoundAnswer } from "./extract.ts";
export { gradeAnswer, gradeCompletion, type GradeOptions, rewardOf } from "./grade.ts";
export { equalNumbers, parseNumber, type Rational } from "./number.ts";
