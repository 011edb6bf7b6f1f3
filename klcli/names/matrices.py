"""Names of matrices that state what they are of a Gaussian."""

from __future__ import annotations

from klcli.name_kind import beginning

# Capital letters are matrices, small ones are none.
CHOLESKY_FACTOR = beginning(
    "a Cholesky factor of a covariance",
    r"(.*_)?(L|chol\w*|tril\w*|scale_tril)(_?\w{1,2})?\Z",
    "L L_q chol_S scale_tril tril prior_L Lq",
    "S l Lambda",
    flags=0,
)
PRECISION_MATRIX = beginning(
    "a precision matrix",
    r"(Lambda|Omega|prec\w*|.*_?inv|P(?=_))(_\w+)?\Z|.*(_inv|inv|_prec\w*)(_\w+)?\Z",
    "Lambda Omega_q precision S_inv Sinv P_0",
    "S P invariant lambda",
    flags=0,
)
COVARIANCE_MATRIX = beginning(
    "a covariance matrix",
    r"(S|Sigma|cov\w*|K\w*|V|C)(_?\w{1,2})?\Z",
    "S Sigma_q cov covariance K Kuu V C1",
    "L s sigma prior_S",
    flags=0,
)

KINDS = (CHOLESKY_FACTOR, PRECISION_MATRIX, COVARIANCE_MATRIX)
