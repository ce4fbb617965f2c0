/** Where questions come from. */
export {
  generateWordProblem,
  loadWordProblems,
  WORD_PROBLEM_LEVELS,
  type WordProblemsOptions,
  type WordProblemSpec,
  wordProblemSplit,
} from "./word_problems.ts";
