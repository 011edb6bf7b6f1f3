"""KLs of Gaussians with covariance matrices in a run: its linear algebra, tried at random Gaussians."""
