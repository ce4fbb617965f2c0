/** Claims about what collections are made of: sets in sets, letters in their case; and about answers that are taken back. */
import { assertOther, assertSame } from "./_answer_claims.ts";

Deno.test("a set in a set is a member of its own", () => {
  assertOther([
    ["\\{\\emptyset\\}", "\\emptyset"],
    ["\\emptyset", "\\{\\emptyset\\}"],
    ["\\{\\{\\emptyset\\}\\}", "\\{\\emptyset\\}"],
    ["\\{\\emptyset,\\{\\emptyset\\}\\}", "\\{\\emptyset\\}"],
    ["{{1},{2}}", "{1,2}"],
    ["\\{1,2\\}", "\\{\\{1\\},\\{2\\}\\}"],
    ["1,2", "\\{\\{1\\},\\{2\\}\\}"],
    ["\\{1\\},\\{2\\},\\{3\\}", "\\{1,2,3\\}"],
    ["\\{\\{5\\}\\}", "5"],
  ]);
  assertSame([
    ["\\{\\{\\}\\}", "\\{\\emptyset\\}"],
    ["\\{\\{2\\},\\{1\\}\\}", "\\{\\{1\\},\\{2\\}\\}"],
    ["\\emptyset, \\{1\\}, \\{2\\}, \\{1,2\\}", "\\{\\{1,2\\},\\{1\\},\\{2\\},\\{\\}\\}"],
    ["\\{5\\}", "5"],
    ["5", "\\{5\\}"],
    ["\\{1\\}\\cup\\{2\\}", "\\{1,2\\}"],
  ]);
});

Deno.test("letters keep their case in collections, but for options", () => {
  assertOther([
    ["\\{A,B\\}", "\\{a,b\\}"],
    ["\\{a,b,C\\}", "\\{a,b,c\\}"],
    ["a,B", "a, b"],
    ["X,Y", "x,y"],
    ["(A,B)", "(a,b)"],
    ["[A,B]", "[a,b]"],
  ]);
  assertSame([["a, c", "A, C"], ["a and b", "A, B"], ["\\{b,a\\}", "\\{a,b\\}"], ["tom, jerry", "Tom, Jerry"]]);
});

Deno.test("an answer that is taken back, or narrowed to whole numbers, is not the answer before it", () => {
  assertOther([
    ["x=3 (rejected)", "3"],
    ["x=3 \\text{ (rejected)}", "3"],
    ["y=2x+1 (wrong)", "y=2x+1"],
    ["3 (incorrect)", "3"],
    ["x=3 (extraneous)", "x=3"],
    ["3 (extraneous root)", "3"],
    ["3 (not valid)", "3"],
    ["no integer solution", "\\text{no solution}"],
    ["no integer solutions", "no real solutions"],
    ["x \\bmod 10", "x"],
    ["1;800", "1,800"],
  ]);
  assertSame([
    ["18 (eggs)", "18"],
    ["3 (correct)", "3"],
    ["no real solution", "no solution"],
    ["there are no integer solutions", "no integer solution"],
    ["\\emptyset", "no integer solutions"],
    ["1", "n \\equiv 1 \\pmod 3"],
    ["n=1", "n \\equiv 1 \\pmod 3"],
    ["1;800", "1, 800"],
    ["f(x)=x \\text{ or } f(x)=0", "f(x)=0 \\text{ and } f(x)=x"],
    ["f(x)=0, f(x)=x", "f(x)=x \\text{ or } f(x)=0"],
  ]);
});
