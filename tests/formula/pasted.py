"""Formulas as people paste them, how they are read, and what `klcli verify -q` says of them.

From papers (Kingma and Welling; beta-VAE; CVAE; ladder VAE; variational graph autoencoders; Dreamer; Bayes by
Backprop; Doersch's tutorial), Wikipedia and Stack Exchange, notebooks and sessions. The formulas are those
of the divergence: that they are exact is known beforehand, and in which reading, too. No answer is given
where the left-hand side has a part in it.
"""

from __future__ import annotations

PASTED: list[tuple[str, str, str]] = [
    # text, reading, answer
    (
        r"-D_{KL}(q_\phi(z) \| p_\theta(z)) = \frac{1}{2}\sum_{j=1}^J "
        r"\left(1+\log((\sigma_j)^2)-(\mu_j)^2-(\sigma_j)^2\right)",
        "1/2 sum_j (1 + log sigma_j^2 - mu_j^2 - sigma_j^2)",
        "",
    ),
    (
        r"\begin{aligned} -D_{KL}((q_{\boldsymbol{\phi}}(\mathbf{z}) || "
        r"p_{\boldsymbol{\theta}}(\mathbf{z})) &= \frac{1}{2} \sum_{j=1}^J \left(1 + \log "
        r"((\sigma_j)^2) - (\mu_j)^2 - (\sigma_j)^2 \right) \end{aligned}",
        "1/2 sum_j (1 + log sigma_j^2 - mu_j^2 - sigma_j^2)",
        "",
    ),
    (
        r"\frac{1}{2} \sum_{j=1}^{J} \left( 1 + \log ( (\sigma_j^{(i)})^2 ) - (\mu_j^{(i)})^2 - "
        r"(\sigma_j^{(i)})^2 \right).",
        "1/2 sum_j (1 + log sigma_i_j^2 - mu_i_j^2 - sigma_i_j^2)",
        "",
    ),
    (
        r"$$D_{KL}(q\|p) = -\frac{1}{2}\sum_{j=1}^{J}(1+\log\sigma_j^2-\mu_j^2-\sigma_j^2),$$",
        "-1/2 sum_j (1 + log sigma_j^2 - mu_j^2 - sigma_j^2)",
        "exact std",
    ),
    (
        r"\[ \mathrm{KL}\left[q(z|x)\,\|\,p(z)\right] = \frac12 \left( \sigma^2 + \mu^2 - 1 - \log "
        r"\sigma^2 \right) \tag{7} \label{eq:kl} \]",
        "1/2 (sigma^2 + mu^2 - 1 - log sigma^2)",
        "exact std",
    ),
    (
        r"\( KL = \frac12 (\sigma^2 + \mu^2 - 1 - \log \sigma^2) \)",
        "1/2 (sigma^2 + mu^2 - 1 - log sigma^2)",
        "exact std",
    ),
    (
        r"\begin{equation} KL(p, q) = \log \frac{\sigma_2}{\sigma_1} + \frac{\sigma_1^2 + (\mu_1 - "
        r"\mu_2)^2}{2 \sigma_2^2} - \frac{1}{2} \end{equation}",
        "log(sigma_2/sigma_1) + (sigma_1^2 + (mu_1 - mu_2)^2)/(2 sigma_2^2) - 1/2",
        "exact std",
    ),
    (
        r"{\displaystyle D_{\text{KL}}({\mathcal {N}}_{0}\parallel {\mathcal {N}}_{1})=\log {\frac "
        r"{\sigma _{1}}{\sigma _{0}}}+{\frac {\sigma _{0}^{2}+{\left(\mu _{0}-\mu "
        r"_{1}\right)}^{2}}{2\sigma _{1}^{2}}}-{\frac {1}{2}}}",
        "log(sigma_1/sigma_0) + (sigma_0^2 + (mu_0 - mu_1)^2)/(2 sigma_1^2) - 1/2",
        "exact std",
    ),
    (
        r"{\displaystyle D_{\text{KL}}\left({\mathcal {N}}\left(\left(\mu _{1},\ldots ,\mu "
        r"_{k}\right)^{\mathsf {T}},\operatorname {diag} \left(\sigma _{1}^{2},\ldots ,\sigma "
        r"_{k}^{2}\right)\right)\parallel {\mathcal {N}}\left(\mathbf {0} ,\mathbf {I} "
        r"\right)\right)={1 \over 2}\sum _{i=1}^{k}\left[\sigma _{i}^{2}+\mu _{i}^{2}-1-\ln "
        r"\left(\sigma _{i}^{2}\right)\right].}",
        "1/2 sum_i (sigma_i^2 + mu_i^2 - 1 - log sigma_i^2)",
        "exact std",
    ),
    (
        r"D_{KL} = \frac{1}{2}\left(\lVert \mu \rVert^2 + \sum_j (\sigma_j^2 - \log\sigma_j^2 - 1)\right)",
        "1/2 (sum(mu^2) + sum_j (sigma_j^2 - log sigma_j^2 - 1))",
        "exact std",
    ),
    (
        r"\frac12 \sum_{j=1}^{d} (\hat\sigma_j^2 + \hat{\mu}_j^2 - 1 - \log \hat{\sigma}_j^2)",
        "1/2 sum_j (sigma_hat_j^2 + mu_hat_j^2 - 1 - log sigma_hat_j^2)",
        "exact std",
    ),
    (
        r"\frac12 (\tilde{\sigma}^2 + \tilde{\mu}^2 - 1 - 2\log \tilde\sigma)",
        "1/2 (sigma_tilde^2 + mu_tilde^2 - 1 - 2 log sigma_tilde)",
        "exact std",
    ),
    (
        r"\mathcal{L}_{KL} = -\frac{1}{2} \left( 1 + \log \sigma_\phi^2(x) - \mu_\phi(x)^2 - "
        r"\sigma_\phi^2(x) \right)",
        "-1/2 (1 + log sigma_phi^2 - mu_phi^2 - sigma_phi^2)",
        "exact std",
    ),
    (
        r"\frac12\left(\sigma_\phi(x)^2 + \mu_\phi(x)^2 - 1 - 2\log\sigma_\phi(x)\right)",
        "1/2 (sigma_phi^2 + mu_phi^2 - 1 - 2 log sigma_phi)",
        "exact std",
    ),
    (
        r"\mathcal{L}_{\textrm{KL}} = -\frac12 \sum_{i=1}^{d_z} (1 + \log \sigma_i^2 - \mu_i^2 - "
        r"\sigma_i^2)",
        "-1/2 sum_i (1 + log sigma_i^2 - mu_i^2 - sigma_i^2)",
        "exact std",
    ),
    (
        r"KL = -0.5 \times (1 + \text{logvar} - \text{mu}^2 - e^{\text{logvar}})",
        "-0.5 (1 + logvar - mu^2 - e^logvar)",
        "exact logvar",
    ),
    (
        r"KL = -\frac12 (1 + \textrm{logvar} - \mu^2 - \exp(\textrm{logvar})).",
        "-1/2 (1 + logvar - mu^2 - e^logvar)",
        "exact logvar",
    ),
    (
        r"\boldsymbol{\mu}^2/2 + \boldsymbol{\sigma}^2/2 - \log\boldsymbol\sigma - 1/2",
        "mu^2/2 + sigma^2/2 - log sigma - 1/2",
        "exact std",
    ),
    (
        r"\mathrm{KL} = -\log|\sigma| + \frac{\sigma^2+\mu^2}{2} - \frac12",
        "-log(abs sigma) + (sigma^2 + mu^2)/2 - 1/2",
        "exact std",
    ),
    (
        "KL = -log|sigma| + (sigma^2 + mu^2)/2 - 1/2",
        "-log(abs sigma) + (sigma^2 + mu^2)/2 - 1/2",
        "exact std",
    ),
    (
        "−½（１＋ｌｏｇ（ｓ）−μ²−ｓ）",
        "-1/2 (1 + log s - mu^2 - s)",
        "exact var",
    ),
    (
        "-1/2 （1 + log(s) - mu^2 - s）",
        "-1/2 (1 + log s - mu^2 - s)",
        "exact var",
    ),
    (
        "KL ＝ ０．５＊（ｓ ＋ μ＾２ － １ － ｌｎ（ｓ））",
        "0.5 (s + mu^2 - 1 - log s)",
        "exact var",
    ),
    (
        "kl = -0.5 .* sum(1 .+ logvar .- mu.^2 .- exp.(logvar))",
        "-0.5 sum(1 + logvar - mu^2 - e^logvar)",
        "exact logvar",
    ),
    (
        "-0.5f0 * sum(@. 1 + logvar - mu^2 - exp(logvar))",
        "-0.5 sum(1 + logvar - mu^2 - e^logvar)",
        "exact logvar",
    ),
    (
        "kl_q_p(μ, logσ) = 0.5f0 * sum((exp.(2f0 .* logσ) + μ.^2) .- 1f0 .- (2 .* logσ))",
        "0.5 sum(e^(2 logsigma) + mu^2 - 1 - 2 logsigma)",
        "exact logstd",
    ),
    (
        "0.5f0 * sum(exp.(2f0 .* logσ) .+ μ.^2 .- 1f0 .- logσ.^2)",
        "0.5 sum(e^(2 logsigma) + mu^2 - 1 - logsigma^2)",
        "wrong",
    ),
    (
        "0.5 * sum(@. exp(logσ²) + μ^2 - 1 - logσ²)",
        "0.5 sum(e^logsigma2 + mu^2 - 1 - logsigma2)",
        "exact logvar",
    ),
    (
        "kl <- -0.5 * sum(1 + logvar - mu^2 - exp(logvar))",
        "-0.5 sum(1 + logvar - mu^2 - e^logvar)",
        "exact logvar",
    ),
    (
        "```\n-0.5 * (1 + logvar - mu^2 - exp(logvar))\n```",
        "-0.5 (1 + logvar - mu^2 - e^logvar)",
        "exact logvar",
    ),
    (
        "```python\nkl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())\n```",
        "-0.5 sum(1 + logvar - mu^2 - e^logvar)",
        "exact logvar",
    ),
    (
        "`-0.5 * (1 + logvar - mu^2 - exp(logvar))`",
        "-0.5 (1 + logvar - mu^2 - e^logvar)",
        "exact logvar",
    ),
    (
        "`KL = -0.5 * (1 + logvar - mu^2 - exp(logvar))`.",
        "-0.5 (1 + logvar - mu^2 - e^logvar)",
        "exact logvar",
    ),
    (
        ">>> kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())",
        "-0.5 sum(1 + logvar - mu^2 - e^logvar)",
        "exact logvar",
    ),
    (
        ">>> std = logvar.mul(0.5).exp()\n"
        ">>> kl = (std**2 + mu**2 - 1\n"
        "...       - logvar) / 2\n"
        ">>> kl\n"
        "tensor(0.3)",
        "((e^(logvar * 0.5))^2 + mu^2 - 1 - logvar)/2",
        "exact logvar",
    ),
    (
        "In [3]: kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())\n"
        "   ...: kl.mean()\n"
        "Out[3]: tensor(1.2)",
        "mean(-0.5 sum(1 + logvar - mu^2 - e^logvar))",
        "exact logvar",
    ),
    (
        "In [3]: -0.5*(1 + logvar - mu**2 - exp(logvar))",
        "-0.5 (1 + logvar - mu^2 - e^logvar)",
        "exact logvar",
    ),
    (
        "Out[3]: -0.5*(1 + logvar - mu**2 - exp(logvar))",
        "-0.5 (1 + logvar - mu^2 - e^logvar)",
        "exact logvar",
    ),
    (
        r"-\frac{1}{2N}\sum_i (1 + 2\log\sigma_i - \mu_i^2 - \sigma_i^2)",
        "-(1/(2 N)) * sum_i (1 + 2 log sigma_i - mu_i^2 - sigma_i^2)",
        "scaled std",
    ),
    (
        r"\beta D_{KL}(q\|p) = \frac{\beta}{2}(\sigma^2+\mu^2-1-\log\sigma^2)",
        "beta/2 * (sigma^2 + mu^2 - 1 - log sigma^2)",
        "scaled std",
    ),
    (
        r"\mathcal{L} = D_{KL}(q\|p) = \frac12(\sigma^2+\mu^2-1-\log\sigma^2)",
        "1/2 (sigma^2 + mu^2 - 1 - log sigma^2)",
        "exact std",
    ),
    (
        r"KL[\mathcal{N}(\mu,\sigma^2)\|\mathcal{N}(0,1)] = "
        r"\frac{1}{2}\left\{\mu^2+\sigma^2-\log\sigma^2-1\right\}",
        "1/2 (mu^2 + sigma^2 - log sigma^2 - 1)",
        "exact std",
    ),
    (
        "D_KL[N(μ(X),Σ(X)) || N(0,1)] = ½ ∑ₖ (exp(Σ(X)) + μ²(X) − 1 − Σ(X))",
        "1/2 sum_k (e^Sigma + mu^2 - 1 - Sigma)",
        "exact logvar",
    ),
    (
        r"D_{KL}[N(\mu(X), \Sigma(X)) \| N(0, 1)] = \frac{1}{2} \sum_k \left( \exp(\Sigma(X)) + "
        r"\mu^2(X) - 1 - \Sigma(X) \right)",
        "1/2 sum_k (e^Sigma + mu^2 - 1 - Sigma)",
        "exact logvar",
    ),
    (
        r"\frac{1}{2}\left(\sigma_{\phi}^{2}(\mathbf{x})+\mu_{\phi}^{2}(\mathbf{x})-1-\log "
        r"\sigma_{\phi}^{2}(\mathbf{x})\right)",
        "1/2 (sigma_phi^2 + mu_phi^2 - 1 - log sigma_phi^2)",
        "exact std",
    ),
    (
        r"KL(q||p) = \frac{1}{2}\left(\frac{\sigma_q^2}{\sigma_p^2} + "
        r"\frac{(\mu_q-\mu_p)^2}{\sigma_p^2} - 1 + \ln\frac{\sigma_p^2}{\sigma_q^2}\right)",
        "1/2 (sigma_q^2/sigma_p^2 + (mu_q - mu_p)^2/sigma_p^2 - 1 + log(sigma_p^2/sigma_q^2))",
        "exact std",
    ),
    (
        r"\ln\left(\frac{\sigma_2}{\sigma_1}\right)+\frac{\sigma_1^2+(\mu_1-\mu_2)^2}{2\sigma_2^2}-\fr"
        r"ac{1}{2}\,.",
        "log(sigma_2/sigma_1) + (sigma_1^2 + (mu_1 - mu_2)^2)/(2 sigma_2^2) - 1/2",
        "exact std",
    ),
    (
        "KL(N1‖N2) = log σ₂ − log σ₁ + (σ₁² + (μ₁−μ₂)²)/(2σ₂²) − 1/2",
        "log sigma_2 - log sigma_1 + (sigma_1^2 + (mu_1 - mu_2)^2)/(2 sigma_2^2) - 1/2",
        "exact std",
    ),
    (
        "KL(N(μ,σ²)‖N(0,1)) = (μ² + σ² − ln σ² − 1)/2.",
        "(mu^2 + sigma^2 - log sigma^2 - 1)/2.",
        "exact std",
    ),
    (
        "𝐾𝐿 = ½ (𝜎² + 𝜇² − 1 − ln(𝜎²))",
        "1/2 (sigma^2 + mu^2 - 1 - log sigma^2)",
        "exact std",
    ),
    (
        "KL := 1/2 (sigma^2 + mu^2 - 1 - log(sigma^2))",
        "1/2 (sigma^2 + mu^2 - 1 - log sigma^2)",
        "exact std",
    ),
    (
        r"KL \coloneqq \frac12 (\sigma^2 + \mu^2 - 1 - \log\sigma^2)",
        "1/2 (sigma^2 + mu^2 - 1 - log sigma^2)",
        "exact std",
    ),
    (
        r"$D_{KL} = \frac12(\|\mu\|^2 + \|\sigma\|^2 - d - 2\sum_j \log\sigma_j)$",
        "1/2 (sum(mu^2) + sum(sigma^2) - d - 2 sum_j (log sigma))",
        "exact std",
    ),
    (
        r"\frac12 \left\| \mu \right\|_2^2 + \frac12 \sum_j(\sigma_j^2 - 1 - \log \sigma_j^2)",
        "1/2 sum(mu^2) + 1/2 sum_j (sigma_j^2 - 1 - log sigma_j^2)",
        "exact std",
    ),
    (
        "\\begin{align*}\n"
        "\\mathrm{KL}(q\\|p) &= \\log\\frac{\\sigma_p}{\\sigma_q} \\\\\n"
        "&\\quad + \\frac{\\sigma_q^2 + (\\mu_q-\\mu_p)^2}{2\\sigma_p^2} \\nonumber \\\\\n"
        "&\\quad - \\frac12 \\label{eq:1}\n"
        r"\end{align*}",
        "log(sigma_p/sigma_q) + (sigma_q^2 + (mu_q - mu_p)^2)/(2 sigma_p^2) - 1/2",
        "exact std",
    ),
    (
        "\\begin{aligned}\n"
        "\\sigma &= e^{s} \\\\\n"
        "KL &= \\frac12(\\sigma^2 + \\mu^2 - 1) - s\n"
        r"\end{aligned}",
        "1/2 ((e^s)^2 + mu^2 - 1) - s",
        "exact logstd",
    ),
    (
        "$$\n"
        "KL = \\log\\frac{\\sigma_2}{\\sigma_1}\n"
        "  + \\frac{\\sigma_1^2 + (\\mu_1-\\mu_2)^2}{2\\sigma_2^2}\n"
        "  - \\frac12\n"
        "$$",
        "log(sigma_2/sigma_1) + (sigma_1^2 + (mu_1 - mu_2)^2)/(2 sigma_2^2) - 1/2",
        "exact std",
    ),
    (
        r"-\tfrac{1}{2} \sum_{j} \bigl[ 1 + \log (\sigma^{(i)}_j)^2 - (\mu^{(i)}_j)^2 - "
        r"(\sigma^{(i)}_j)^2 \bigr]",
        "-1/2 sum_j (1 + log(sigma_i_j)^2 - mu_i_j^2 - sigma_i_j^2)",
        "",
    ),
    (
        r"\log \frac{\sigma^{(2)}}{\sigma^{(1)}} + \frac{(\sigma^{(1)})^2 + (\mu^{(1)} - "
        r"\mu^{(2)})^2}{2(\sigma^{(2)})^2} - \frac12",
        "log(sigma_2/sigma_1) + (sigma_1^2 + (mu_1 - mu_2)^2)/(2 sigma_2^2) - 1/2",
        "exact std",
    ),
    (
        r"-\log\sigma_\theta + \frac{\sigma_\theta^2 + \mu_\theta(x_i)^2}{2} - \frac{1}{2}",
        "-log sigma_theta + (sigma_theta^2 + mu_theta^2)/2 - 1/2",
        "exact std",
    ),
    (
        r"\mathcal{L}_{\mathrm{KL}}=-\frac{1}{2} \sum_{i=1}^{N} \sum_{j=1}^{d}\left(1+\log \sigma_{i "
        r"j}^{2}-\mu_{i j}^{2}-\sigma_{i j}^{2}\right)",
        "-1/2 sum_i (sum_j (1 + log sigma_ij^2 - mu_ij^2 - sigma_ij^2))",
        "exact std",
    ),
    (
        r"\frac{1}{2} \left( \overline{\sigma}^2 + \bar{\mu}^2 - 1 - \log \overline{\sigma}^2 \right)",
        "1/2 (sigma_bar^2 + mu_bar^2 - 1 - log sigma_bar^2)",
        "exact std",
    ),
    (
        "KL = 0.5*(σ̂² + μ̂² − 1 − log(σ̂²))",
        "0.5 (sigma_hat^2 + mu_hat^2 - 1 - log sigma_hat^2)",
        "exact std",
    ),
    (
        r"\operatorname{KL}=\tfrac12\bigl(\operatorname{exp}(\ell)+\mu^2-1-\ell\bigr)",
        "1/2 (e^ell + mu^2 - 1 - ell)",
        "exact logvar",
    ),
    (
        "KL = 1/2 * ∑_{i} (σ_i^2 + μ_i^2 − 1 − log(σ_i^2))",
        "1/2 sum_i (sigma_i^2 + mu_i^2 - 1 - log sigma_i^2)",
        "exact std",
    ),
    (
        r"\frac{1}{2} \sum_{j=1}^{J}{(\sigma_j^2 + \mu_j^2 - 1 - \ln{\sigma_j^2})}",
        "1/2 sum_j (sigma_j^2 + mu_j^2 - 1 - log sigma_j^2)",
        "exact std",
    ),
    (
        r"-\frac{1}{2}\left[1+\log \left|\sigma^2\right|-\mu^2-\sigma^2\right]",
        "-1/2 (1 + log(abs sigma^2) - mu^2 - sigma^2)",
        "exact std",
    ),
    (
        r"KL=\frac{1}{2}\left[\ln\left(\frac{\sigma_2^2}{\sigma_1^2}\right)-1+\frac{\sigma_1^2}{\sigma"
        r"_2^2}+\frac{(\mu_2-\mu_1)^2}{\sigma_2^2}\right]",
        "1/2 (log(sigma_2^2/sigma_1^2) - 1 + sigma_1^2/sigma_2^2 + (mu_2 - mu_1)^2/sigma_2^2)",
        "exact std",
    ),
    (
        r"\log\sigma_p-\log\sigma_q-\frac12+\frac{\sigma_q^2+(\mu_q-\mu_p)^2}{2\sigma_p^2}",
        "log sigma_p - log sigma_q - 1/2 + (sigma_q^2 + (mu_q - mu_p)^2)/(2 sigma_p^2)",
        "exact std",
    ),
    (
        r"D_{\mathrm{KL}} = \frac12\left(\mathrm{tr}(\Sigma) + \mu^\top\mu - k - \log\det\Sigma\right).",
        "1/2 (tr(Sigma) + mu^T * mu - k - log(det(Sigma)))",
        "exact covariance",
    ),
    (
        r"\frac12\left(\operatorname{tr}(\boldsymbol\Sigma_2^{-1}\boldsymbol\Sigma_1) + "
        r"(\boldsymbol\mu_2-\boldsymbol\mu_1)^\top \boldsymbol\Sigma_2^{-1}(\boldsymbol\mu_2-\boldsymb"
        r"ol\mu_1) - k + \ln\frac{\det\boldsymbol\Sigma_2}{\det\boldsymbol\Sigma_1}\right)",
        "1/2 (tr(Sigma_2^(-1) * Sigma_1) + (mu_2 - mu_1)^T * Sigma_2^(-1) * (mu_2 - mu_1) - k + "
        "log(det(Sigma_2)/det(Sigma_1)))",
        "exact covariance",
    ),
    (
        r"{\displaystyle D_{\text{KL}}({\mathcal {N}}_{0}\parallel {\mathcal {N}}_{1})={\frac "
        r"{1}{2}}\left[\operatorname {tr} \left(\Sigma _{1}^{-1}\Sigma _{0}\right)-k+\left(\mu "
        r"_{1}-\mu _{0}\right)^{\mathsf {T}}\Sigma _{1}^{-1}\left(\mu _{1}-\mu _{0}\right)+\ln {\frac "
        r"{\det \Sigma _{1}}{\det \Sigma _{0}}}\right].}",
        "1/2 (tr(Sigma_1^(-1) * Sigma_0) - k + (mu_1 - mu_0)^T * Sigma_1^(-1) * (mu_1 - mu_0) + "
        "log(det(Sigma_1)/det(Sigma_0)))",
        "exact covariance",
    ),
    (
        r"\frac{1}{2}\left[\log\frac{|\Sigma_2|}{|\Sigma_1|} - d + \text{tr} \{ \Sigma_2^{-1}\Sigma_1 "
        r"\} + (\mu_2 - \mu_1)^T \Sigma_2^{-1}(\mu_2 - \mu_1)\right]",
        "1/2 (log(|Sigma_2|/|Sigma_1|) - d + tr(Sigma_2^(-1) * Sigma_1) + (mu_2 - mu_1)^T * "
        "Sigma_2^(-1) * (mu_2 - mu_1))",
        "exact covariance",
    ),
    (
        r"KL(q\|p)=\log\frac{\sigma_{p,i}}{\sigma_{q,i}}+\frac{\sigma_{q,i}^2+(\mu_{q,i}-\mu_{p,i})^2}"
        r"{2\sigma_{p,i}^2}-\frac{1}{2}",
        "log(sigma_pi/sigma_qi) + (sigma_qi^2 + (mu_qi - mu_pi)^2)/(2 sigma_pi^2) - 1/2",
        "exact std",
    ),
    (
        r"\log \hat{\sigma}_{p}-\log \hat{\sigma}_{q}+\frac{\hat{\sigma}_{q}^{2}+(\hat{\mu}_{q}-\hat{"
        r"\mu}_{p})^2}{2\hat{\sigma}_{p}^{2}}-\frac12",
        "log sigma_hat_p - log sigma_hat_q + (sigma_hat_q^2 + (mu_hat_q - mu_hat_p)^2)/(2 "
        "sigma_hat_p^2) - 1/2",
        "exact std",
    ),
    (
        r"\mathrm{KL}[q(\mathbf{Z} \,|\, \mathbf{X}, \mathbf{A}) \,||\, p(\mathbf{Z})] = "
        r"-\frac{1}{2N}\sum_{i=1}^{N}\left(1+2\log\boldsymbol{\sigma}_i-\boldsymbol{\mu}_i^2-\boldsymb"
        r"ol{\sigma}_i^2\right)",
        "-(1/(2 N)) * sum_i (1 + 2 log sigma_i - mu_i^2 - sigma_i^2)",
        "scaled std",
    ),
    (
        r"\mathcal{L}_{\text{dyn}} = \ln\frac{\hat\sigma_t}{\sigma_t} + \frac{\sigma_t^2 + (\mu_t - "
        r"\hat\mu_t)^2}{2\hat\sigma_t^2} - \frac{1}{2}",
        "log(sigma_hat_t/sigma_t) + (sigma_t^2 + (mu_t - mu_hat_t)^2)/(2 sigma_hat_t^2) - 1/2",
        "exact std",
    ),
    (
        r"\mathrm{KL}(q(w|\theta)\|P(w)) = \log\frac{\sigma_{\text{prior}}}{\sigma} + "
        r"\frac{\sigma^2+\mu^2}{2\sigma_{\text{prior}}^2} - \frac12",
        "log(sigma_prior/sigma) + (sigma^2 + mu^2)/(2 sigma_prior^2) - 1/2",
        "exact std",
    ),
    (
        r"\sigma = \log(1+\exp(\rho)); \quad \frac12(\sigma^2+\mu^2-1) - \log\sigma",
        "1/2 (log(1 + e^rho)^2 + mu^2 - 1) - log(log(1 + e^rho))",
        "exact softplus",
    ),
    (
        r"KL\left(q_{\phi}(z \mid x, y) \,\|\, p_{\theta}(z \mid x)\right)=\sum_{j=1}^{J}\left(\log "
        r"\frac{\sigma_{p, j}}{\sigma_{q, j}}+\frac{\sigma_{q, j}^{2}+\left(\mu_{q, j}-\mu_{p, "
        r"j}\right)^{2}}{2 \sigma_{p, j}^{2}}-\frac{1}{2}\right)",
        "sum_j (log(sigma_pj/sigma_qj) + (sigma_qj^2 + (mu_qj - mu_pj)^2)/(2 sigma_pj^2) - 1/2)",
        "exact std",
    ),
    (
        r"\mathcal{L}_{\beta} = \frac{\beta}{2}\sum_{j=1}^{d}\left(\mu_j^2+\sigma_j^2-\log\sigma_j^2-1"
        r"\right)",
        "beta/2 * sum_j (mu_j^2 + sigma_j^2 - log sigma_j^2 - 1)",
        "scaled std",
    ),
    (
        r"\begin{align} &\int \left[\log( p(x)) - \log( q(x)) \right] p(x) dx\\ &= \log "
        r"\frac{\sigma_2}{\sigma_1} + \frac{\sigma_1^2 + (\mu_1 - \mu_2)^2}{2 \sigma_2^2} - "
        r"\frac{1}{2} \end{align}",
        "log(sigma_2/sigma_1) + (sigma_1^2 + (mu_1 - mu_2)^2)/(2 sigma_2^2) - 1/2",
        "exact std",
    ),
    (
        r"\mathcal{D}[\mathcal{N}(\mu(X), \Sigma(X)) \| \mathcal{N}(0, I)] = "
        r"\frac{1}{2}\left(\mathrm{tr}(\Sigma(X)) + (\mu(X))^{\top}(\mu(X)) - k - "
        r"\log\det(\Sigma(X))\right)",
        "1/2 (tr(Sigma) + mu^T * mu - k - log(det(Sigma)))",
        "exact covariance",
    ),
    (
        r"-D_{K L}\left(q_{\phi}\left(z \mid x_{i}\right) \| p(z)\right)=\frac{1}{2}\left[1+\log "
        r"\left(\sigma_{j}^{2}\right)-\sigma_{j}^{2}-\mu_{j}^{2}\right]",
        "1/2 (1 + log sigma_j^2 - sigma_j^2 - mu_j^2)",
        "",
    ),
    (
        r"\frac{1}{2} \sum_{j=1}^{J}\left(\left(\mu_{j}^{(i)}\right)^{2}+\left(\sigma_{j}^{(i)}\right)"
        r"^{2}-1-\log \left(\left(\sigma_{j}^{(i)}\right)^{2}\right)\right)",
        "1/2 sum_j (mu_i_j^2 + sigma_i_j^2 - 1 - log sigma_i_j^2)",
        "exact std",
    ),
    (
        r"\frac{1}{2}\left(\mu_{\phi}\left(\mathbf{x}^{(i)}\right)^{2}+\sigma_{\phi}^{2}\left(\mathbf{"
        r"x}^{(i)}\right)-1-\log \sigma_{\phi}^{2}\left(\mathbf{x}^{(i)}\right)\right)",
        "1/2 (mu_phi^2 + sigma_phi^2 - 1 - log sigma_phi^2)",
        "exact std",
    ),
    (
        "D_KL(N(μ₁, σ₁²) ∥ N(μ₂, σ₂²)) = ln(σ₂/σ₁) + (σ₁² + (μ₁ − μ₂)²)/(2σ₂²) − 1/2",
        "log(sigma_2/sigma_1) + (sigma_1^2 + (mu_1 - mu_2)^2)/(2 sigma_2^2) - 1/2",
        "exact std",
    ),
    (
        "KL(N(μ, σ²) ‖ N(0, 1)) = −½ (1 + ln σ² − μ² − σ²)",
        "-1/2 (1 + log sigma^2 - mu^2 - sigma^2)",
        "exact std",
    ),
    (
        r"\frac{1}{2}\left(e^{\log\sigma^2}+\mu^2-1-\log\sigma^2\right)",
        "1/2 (e^log sigma^2 + mu^2 - 1 - log sigma^2)",
        "exact std",
    ),
    (
        r"\sigma &= \operatorname{softplus}(\rho) \\ \mathcal{L} &= \tfrac12 (\sigma^2 + \mu^2) - "
        r"\log\sigma - \tfrac12",
        "1/2 (softplus(rho)^2 + mu^2) - log(softplus rho) - 1/2",
        "exact softplus",
    ),
    (
        "kl <- 0.5 * sum(exp(logvar) + mu^2 - 1 - logvar)",
        "0.5 sum(e^logvar + mu^2 - 1 - logvar)",
        "exact logvar",
    ),
    (
        "log_sigma <- 0.5 * logvar\nkl <- sum(0.5 * (exp(2 * log_sigma) + mu^2 - 1) - log_sigma)",
        "sum(0.5 (e^(2 (0.5 logvar)) + mu^2 - 1) - 0.5 logvar)",
        "exact logvar",
    ),
    (
        "> kl <- log(sd2/sd1) + (sd1^2 + (m1 - m2)^2) / (2 * sd2^2) - 0.5",
        "log(sd2/sd1) + (sd1^2 + (m1 - m2)^2)/(2 sd2^2) - 0.5",
        "exact std",
    ),
    (
        "julia> kl = 0.5 * sum(@. σ^2 + μ^2 - 1 - 2 * log(σ))",
        "0.5 sum(sigma^2 + mu^2 - 1 - 2 log sigma)",
        "exact std",
    ),
    (
        "kl = sum(0.5 .* (σ .^ 2 .+ μ .^ 2 .- 1.0) .- log.(σ))",
        "sum(0.5 (sigma^2 + mu^2 - 1.0) - log sigma)",
        "exact std",
    ),
    (
        "In [12]: kl_loss = -0.5 * (1 + z_log_var - tf.square(z_mean) - tf.exp(z_log_var))\n"
        "    ...: kl_loss = tf.reduce_mean(tf.reduce_sum(kl_loss, axis=1))",
        "mean(sum(-0.5 (1 + z_log_var - z_mean^2 - e^z_log_var)))",
        "exact logvar",
    ),
    (
        "~~~python\ndef kl(mu, logvar):\n    return -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())\n~~~",
        "-0.5 sum(1 + logvar - mu^2 - e^logvar)",
        "exact logvar",
    ),
    (
        "The loss is\n"
        "\n"
        "```\n"
        "-0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())\n"
        "```\n"
        "\n"
        "as in the paper.",
        "-0.5 sum(1 + logvar - mu^2 - e^logvar)",
        "exact logvar",
    ),
    (
        "```-0.5 * (1 + logvar - mu^2 - exp(logvar))```",
        "-0.5 (1 + logvar - mu^2 - e^logvar)",
        "exact logvar",
    ),
    (
        "``-0.5 * (1 + logvar - mu**2 - exp(logvar))``,",
        "-0.5 (1 + logvar - mu^2 - e^logvar)",
        "exact logvar",
    ),
    (
        r"$-\tfrac{1}{2}(1 + \log\sigma^2 - \mu^2 - \sigma^2)$.",
        "-1/2 (1 + log sigma^2 - mu^2 - sigma^2)",
        "exact std",
    ),
    (
        r"\[\begin{split} KL = {} & \frac{1}{2}\Big( \sigma^2 + \mu^2 \\ & - 1 - \log\sigma^2 \Big) "
        r"\end{split}\]",
        "1/2 (sigma^2 + mu^2 - 1 - log sigma^2)",
        "exact std",
    ),
    (
        r"\frac12(\bm{\mu}_\phi^2 + \bm{\sigma}_\phi^2 - 1 - \log \bm{\sigma}_\phi^2)",
        "1/2 (mu_phi^2 + sigma_phi^2 - 1 - log sigma_phi^2)",
        "exact std",
    ),
    (
        r"-\frac{1}{2}\sum_{j}^{J}(1+\log(\sigma_j^{2(i)}) - (\mu_j^{(i)})^2 - \sigma_j^{2(i)})",
        "-1/2 sum_j (1 + log sigma_i_j^2 - mu_i_j^2 - sigma_i_j^2)",
        "exact std",
    ),
    (
        r"\frac{1}{2}\left(\frac{\sigma_0^2}{\sigma_1^2}+\frac{(\mu_1-\mu_0)^2}{\sigma_1^2}-1+2\ln\fra"
        r"c{\sigma_1}{\sigma_0}\right)",
        "1/2 (sigma_0^2/sigma_1^2 + (mu_1 - mu_0)^2/sigma_1^2 - 1 + 2 log(sigma_1/sigma_0))",
        "exact std",
    ),
    (
        r"\mathrm{KL} \left(\mathcal{N}(\mu, \sigma^2) \,\middle\|\, \mathcal{N}(0, 1)\right) = "
        r"\frac{1}{2}(\mu^2 + \sigma^2 - \ln\sigma^2 - 1)",
        "1/2 (mu^2 + sigma^2 - log sigma^2 - 1)",
        "exact std",
    ),
    (
        r"\frac{1}{2}\left({\sigma_j}^2 + {\mu_j}^2 - 1 - \ln {\sigma_j}^2\right)",
        "1/2 (sigma_j^2 + mu_j^2 - 1 - log sigma_j^2)",
        "exact std",
    ),
    (
        r"\mu^2 /2 + {\rm exp}(s)/2 - s/2 - 1/2",
        "mu^2/2 + e^s/2 - s/2 - 1/2",
        "exact logvar",
    ),
    (
        r"\mathbb{KL} = \frac{1}{2}(\mu^2 + \sigma^2 - 1) - \log \sigma",
        "1/2 (mu^2 + sigma^2 - 1) - log sigma",
        "exact std",
    ),
    (
        "KL(q||p)= 1/2 ∑_(j=1)^J (σ_j^2+μ_j^2-1-log⁡(σ_j^2))",
        "1/2 sum_j (sigma_j^2 + mu_j^2 - 1 - log sigma_j^2)",
        "exact std",
    ),
    (
        "−1/2 * ∑(1 + log(σ²) − μ² − σ²)",
        "-1/2 sum(1 + log sigma^2 - mu^2 - sigma^2)",
        "exact std",
    ),
    (
        "kl = 0.5 * (‖μ‖² + sum(σ² − 1 − log σ²))",
        "0.5 (sum(mu^2) + sum(sigma^2 - 1 - log sigma^2))",
        "exact std",
    ),
    (
        "KL = ½ × (σ² + μ² − 1 − ln σ²)",
        "1/2 (sigma^2 + mu^2 - 1 - log sigma^2)",
        "exact std",
    ),
    (
        "KL = 0.5·[σ² + μ² − 1 − 2·ln|σ|]",
        "0.5 (sigma^2 + mu^2 - 1 - 2 log(abs sigma))",
        "exact std",
    ),
    (
        "kl_loss=-0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()),",
        "-0.5 sum(1 + logvar - mu^2 - e^logvar)",
        "exact logvar",
    ),
    (
        "-0.5 * K.sum(1 + z_log_var - K.square(z_mean) - K.exp(z_log_var), axis=-1).",
        "-0.5 sum(1 + z_log_var - z_mean^2 - e^z_log_var)",
        "exact logvar",
    ),
]
