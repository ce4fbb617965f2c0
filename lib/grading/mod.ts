/** Was it right, and how do we know: finding the final answer, reading it, comparing it, the verdict and the reward. */
export {
  type AnswerPlace,
  type BoxedAnswer,
  extractAnswer,
  extractAnswers,
  extractBoxed,
  type ExtractedAnswers,
  type FoundAnswer,
} from "./extraction/extract.ts";
export { type AnswerSameness, prepareReference, type ReferenceAnswer, sameAnswer } from "./equivalence.ts";
export {
  gradeAnswer,
  type GradeAnswerOptions,
  gradeCompletion,
  type GradeOptions,
  gradeQuickly,
  rewardOf,
} from "./grade.ts";
export { equalNumbers, type Rational } from "./number.ts";
export {
  createGrader,
  createJudge,
  type Grader,
  type GradeRequest,
  type GraderOptions,
  type GradingOptions,
  type Judge,
  type JudgedVerdict,
  type JudgeRequest,
} from "./pool/pool.ts";
export { type RecipeGrade, recipeGrade, recipeSameAnswer } from "./recipe/recipe.ts";
export { referenceChecker } from "./references.ts";
export type { Expr, Method, Sameness, Verdict } from "./types.ts";
