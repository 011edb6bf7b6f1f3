"""The mistakes that only formulas of matrices have."""

from __future__ import annotations

from klcli.judge.mistakes.mistake import Mistake

__all__ = ["OF_MATRICES"]

OF_MATRICES: tuple[Mistake, ...] = (
    Mistake(
        "KL123",
        "dimension not subtracted",
        "the number of dimensions is not subtracted",
        "KL = 1/2 (tr S + mu^T mu - d - log det S). Without the - d, or with a 1 in its place as in the "
        "formula of one dimension, no gradient changes; but the value is no KL: it is not zero where "
        "posterior and prior are equal, and values of different sizes cannot be compared.",
        "In the example the value is 0.5 nats a dimension too large: 10 nats in 20 dimensions, where the KL "
        "of q = p is 0.",
        (
            "0.5 * (trace(S) + mu' mu - logdet(S))",
            "0.5 * (trace(S) + mu' mu - logdet(S) - d)",
        ),
    ),
    Mistake(
        "KL124",
        "log det of the factor not doubled",
        "the log determinant of the Cholesky factor is not doubled",
        "With S = L L^T, log det S = 2 log det L = 2 sum log diag L. Write the 2.",
        "With half of the log determinant the loss is 1/2 KL(q || N(0, I/2)) plus a constant: it pulls the "
        "covariance to half of the prior's, which costs 0.09657 nats a dimension, 1.931 nats in 20 "
        "dimensions.",
        (
            "0.5 * (trace(L L') + mu' mu - d - sum(log(diag(L))))",
            "0.5 * (trace(L L') + mu' mu - d - 2 sum(log(diag(L))))",
        ),
    ),
    Mistake(
        "KL125",
        "inverse on the wrong matrix",
        "the inverse is that of the wrong matrix",
        "In KL(q || p) both quadratic terms hold the inverse of the prior's covariance: tr(S_p^-1 S_q) and "
        "(mu_q - mu_p)^T S_p^-1 (mu_q - mu_p). With the inverse of S_q the term is that of KL(p || q). "
        "Against N(0, I) there is no inverse at all.",
        "In one dimension, with S_p = 1 and S_q = 0.01, the example is 51.8 nats, where the KL is 1.808.",
        (
            "0.5 * (trace(S_q^-1 S_p) + (mu_q - mu_p)' S_p^-1 (mu_q - mu_p) - d + log(det(S_p)/det(S_q)))",
            "0.5 * (trace(S_p^-1 S_q) + (mu_q - mu_p)' S_p^-1 (mu_q - mu_p) - d + log(det(S_p)/det(S_q)))",
        ),
    ),
    Mistake(
        "KL126",
        "log det ratio upside down",
        "the log determinant has the wrong sign, or its ratio is upside down",
        "The term is log(det S_p / det S_q) = log det S_p - log det S_q: it grows without bound as the "
        "posterior's covariance becomes singular. Upside down it rewards that.",
        "In one dimension, with S_p = 1 and S_q = 0.01, the example is -2.798 nats, where the KL is 1.808.",
        (
            "0.5 * (trace(S_p^-1 S_q) + (mu_q - mu_p)' S_p^-1 (mu_q - mu_p) - d + log(det(S_q)/det(S_p)))",
            "0.5 * (trace(S_p^-1 S_q) + (mu_q - mu_p)' S_p^-1 (mu_q - mu_p) - d + log(det(S_p)/det(S_q)))",
        ),
    ),
    Mistake(
        "KL127",
        "trace of a product for a sum",
        "the trace of a product stands in the place of a sum",
        "The second moment of the posterior is S + mu mu^T, so that the term is tr S + mu^T mu. The trace of "
        "the product S mu mu^T is mu^T S mu, and that of S S is the sum of squares of the entries of S.",
        "At mean 0 nothing is left in the example that keeps S from growing: with a variance of 100 it is "
        "-2.803 nats a dimension, where the KL is 47.2.",
        (
            "0.5 * (trace(S mu mu') - d - logdet(S))",
            "0.5 * (trace(S) + mu' mu - d - logdet(S))",
        ),
    ),
    Mistake(
        "KL128",
        "inverse forgotten",
        "a matrix stands where its inverse belongs, or the prior's inverse is missing",
        "tr(S_p S_q) is no part of a KL, and neither is (mu_q - mu_p)^T S_p (mu_q - mu_p) or the plain "
        "square of the distance of the means, unless S_p is the identity: distances are measured in the "
        "prior's covariance, by its inverse.",
        "In one dimension, with S_q = S_p = 0.01, the example is -0.49995 nats, where the KL is 0.",
        (
            "0.5 * (trace(S_p S_q) + (mu_q - mu_p)' S_p^-1 (mu_q - mu_p) - d + log(det(S_p)/det(S_q)))",
            "0.5 * (trace(S_p^-1 S_q) + (mu_q - mu_p)' S_p^-1 (mu_q - mu_p) - d + log(det(S_p)/det(S_q)))",
        ),
    ),
    Mistake(
        "KL129",
        "sum of all entries for the trace",
        "all entries of a matrix are summed in the place of its trace",
        "S.sum() adds what is beside the diagonal, too: negative covariances are rewarded. For a diagonal "
        "matrix the two agree, which is why it is seen late.",
        "With variances 1 and a correlation of -0.9 the example is -0.06963 nats, where the KL is 0.8304.",
        (
            "0.5 * (sum(S) + mu' mu - d - logdet(S))",
            "0.5 * (trace(S) + mu' mu - d - logdet(S))",
        ),
    ),
    Mistake(
        "KL130",
        "factor for the covariance",
        "a Cholesky factor stands in the place of the covariance L L^T",
        "tr S = tr(L L^T) is the sum of the squares of all entries of L. tr L is the sum of its diagonal, "
        "which are standard deviations: the scale is not squared, as in KL103.",
        "The minimum is at standard deviations of 2 instead of 1, which costs 0.8069 nats a dimension.",
        (
            "0.5 * (trace(L) + mu' mu - d - 2 sum(log(diag(L))))",
            "0.5 * (trace(L L') + mu' mu - d - 2 sum(log(diag(L))))",
        ),
    ),
    Mistake(
        "KL131",
        "determinant without logarithm",
        "a determinant stands without its logarithm, or another logarithm in its place",
        "The term is log det S, the sum of the logarithms of the eigenvalues; not det S, and not the "
        "logarithm of the trace.",
        "In one dimension, at mean 0, the example is -0.5 nats for every variance: nothing of it is trained. "
        "At a variance of 100 the KL is 47.2.",
        (
            "0.5 * (trace(S) + mu' mu - d - det(S))",
            "0.5 * (trace(S) + mu' mu - d - log(det(S)))",
        ),
    ),
    Mistake(
        "KL132",
        "transpose forgotten",
        "a matrix is squared where it should be multiplied by its transpose",
        "The covariance is L L^T. L L, and L**2 in Python (the squares of the entries), is another matrix "
        "unless L is diagonal.",
        "With L = ((1, 0), (3, 1)) and mean 0 the example is 0 nats, where the KL is 4.5.",
        (
            "0.5 * (trace(L L) + mu' mu - d - 2 sum(log(diag(L))))",
            "0.5 * (trace(L L') + mu' mu - d - 2 sum(log(diag(L))))",
        ),
    ),
    Mistake(
        "KL135",
        "log determinant missing",
        "the logarithm of a determinant is missing",
        "KL(q || p) holds both, - log det S_q and + log det S_p. Without that of the posterior nothing keeps "
        "its covariance from shrinking to nothing; without that of the prior no gradient of the posterior "
        "changes, but the value is no KL, and a prior that is trained grows without bound. Against N(0, I) "
        "that of the prior is 0.",
        "In one dimension, with S_p = 1 and S_q = 0.0001, the example is -0.49995 nats, where the KL is "
        "4.105.",
        (
            "0.5 * (trace(S_p^-1 S_q) + (mu_q - mu_p)' S_p^-1 (mu_q - mu_p) - d + logdet(S_p))",
            "0.5 * (trace(S_p^-1 S_q) + (mu_q - mu_p)' S_p^-1 (mu_q - mu_p) - d + logdet(S_p) - logdet(S_q))",
        ),
    ),
    Mistake(
        "KL136",
        "trace missing",
        "the trace is missing",
        "The term tr(S_p^-1 S_q), against N(0, I) tr S, is what keeps the posterior from growing. Without it "
        "the loss falls without bound, as - log det S_q does when the covariance grows.",
        "With a variance of 100 the example is -2.803 nats a dimension, where the KL is 47.2.",
        (
            "0.5 * (mu' mu - d - logdet(S))",
            "0.5 * (mu' mu - d - logdet(S) + trace(S))",
        ),
    ),
    Mistake(
        "KL137",
        "weight of a term",
        "a term has another weight than the rest",
        "Trace, Mahalanobis distance, both log determinants and d stand in the KL with one and the same "
        "factor, 1/2, the posterior's log determinant and d with a minus. Where one has another number in "
        "front, the optimum moves or the value is no KL; `klcli verify` names the weights that are found and "
        "those that are due.",
        "In the example a mean of length 3 is charged 13.5 nats, where its KL is 4.5.",
        (
            "0.5 * (trace(S) + 3 mu' mu - d - logdet(S))",
            "0.5 * (trace(S) + mu' mu - d - logdet(S))",
        ),
    ),
)
