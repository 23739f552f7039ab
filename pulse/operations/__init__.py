"""Operations on whole installations: move a business, retention, secret rotation, doctor."""
