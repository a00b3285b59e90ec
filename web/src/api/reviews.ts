/* What those who were there say of a performance. */
import { call } from "./client";
import { query } from "./calls";
import type { Review, Reviews, ReviewSort, ReviewText } from "./shapes/review";

const id = encodeURIComponent;

export const listReviews = (performance: string, sort: ReviewSort, cursor: string | null, signal?: AbortSignal) =>
  call<Reviews>(`/performances/${id(performance)}/reviews${query({ sort, cursor, limit: "10" })}`, { signal });

export const writeReview = (performance: string, body: ReviewText) => call<Review>(`/performances/${id(performance)}/reviews`, { method: "POST", body });

export const changeReview = (review: string, body: ReviewText) => call<Review>(`/reviews/${id(review)}`, { method: "PATCH", body });

export const deleteReview = (review: string) => call<void>(`/reviews/${id(review)}`, { method: "DELETE", retries: 2 });

/* Twice counts once, so a lost answer is asked for again. */
export const likeReview = (review: string, like: boolean) =>
  call<{ likes: number; liked: boolean }>(`/reviews/${id(review)}/like`, { method: like ? "PUT" : "DELETE", retries: 2 });

export const reportReview = (review: string, reason: string) => call<void>(`/reviews/${id(review)}/reports`, { method: "POST", body: { reason } });
