"""Scalers; with `relative` some columns are learnt by what others leave of them, or drawn in.

A closing price follows the opening one, nacelle and vane give the wind's direction. Scaled side by
side, what parts such columns is finer than an autoencoder's errors; by itself it is a column like
any other. The pitch of a turning rotor, beside a feathered one, is no wider.
"""
