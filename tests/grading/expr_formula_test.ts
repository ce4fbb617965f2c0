import assert from "node:assert/strict";
import { gradeAnswer } from "../../lib/grading/mod.ts";

/** Pairs of answer and reference, one a line, `a == b`. */
function claim(what: string, lines: string, correct: boolean): void {
  Deno.test(what, () => {
    for (const line of lines.trim().split("\n")) {
      const [answer = "", reference = ""] = line.trim().split(" == ");
      const verdict = gradeAnswer(answer, reference, { bare: true });
      assert.equal(verdict.correct, correct, `${line}: ${JSON.stringify(verdict)}`);
    }
  });
}

claim(
  "letters side by side are factors, also where they spell a short word or a unit",
  String.raw`
-y^3+36y-by^2+36b == -by^2-y^3+36b+36y
b^2+2by == b(b+2y)
n^{2}-an^2-2an == n^2-2an-an^2
\frac23an == \frac{2an}{3}
u^2+2as == 2as+u^2
\cos n\theta+i\sin n\theta == e^{in\theta}
pa+q == q+ap
-pty-36+9pt == 9pt-36-pty`,
  true,
);

claim(
  "angles stand in both parts of a fraction, brackets on both sides of a minus",
  String.raw`
\frac{\sin 150^\circ}{\cos 150^\circ} == \tan 150^\circ
\frac{\sin \left(345^{\circ}\right)}{\cos 345^\circ} == \tan 345^\circ
1/(2+b)-(3/4)/(3+b) == \frac{1}{2+b}-\frac{3}{4(3+b)}
(-1)/(-5+x)-(5/3)/(1+x) == -\frac{1}{x-5}-\frac{5}{3(x+1)}`,
  true,
);
