;;; -*- lexical-binding: t -*-
(require 'json)
(require 'eglot)

(defvar given (split-string (getenv "TELINT_TEST") "\n"))
(defvar report nil)

(defun note (key value)
  (push (cons key value) report))

(defun wait-for (what condition)
  (let ((end (+ (float-time) 30)))
    (while (not (funcall condition))
      (when (> (float-time) end) (error "Waited in vain for %s" what))
      (accept-process-output nil 0.02))))

;; Emacs 28 has no mode for TypeScript.
(define-derived-mode typescript-mode prog-mode "TypeScript")
(add-to-list 'auto-mode-alist '("\\.ts\\'" . typescript-mode))
(add-to-list 'eglot-server-programs
             (cons 'typescript-mode (list (nth 2 given) (nth 1 given) "--stdio")))

(condition-case failure
    (progn
      (find-file (expand-file-name "x.ts" (car given)))
      (apply #'eglot (eglot--guess-contact))
      ;; Without a window nothing is checked on its own.
      (flymake-start)
      (wait-for "findings" #'flymake-diagnostics)
      (let ((found (car (flymake-diagnostics))))
        (note 'message (flymake-diagnostic-text found))
        (note 'line (line-number-at-pos (flymake-diagnostic-beg found)))
        (goto-char (flymake-diagnostic-beg found)))
      (save-excursion
        (search-forward "http.request")
        (let (told)
          (eglot-hover-eldoc-function (lambda (text &rest _) (setq told text)))
          (wait-for "a hover" (lambda () told))
          (note 'hover (substring-no-properties told))))
      (let ((action (elt (eglot-code-actions (point) (point) "quickfix") 0)))
        (note 'action (plist-get action :title))
        (if (fboundp 'eglot-execute)
            (let ((eglot-confirm-server-edits nil)) (eglot-execute (eglot-current-server) action))
          (eglot--apply-workspace-edit (plist-get action :edit))))
      (eglot--signal-textDocument/didChange)
      (wait-for "the finding to go" (lambda () (null (flymake-diagnostics))))
      (save-buffer)
      (eglot-shutdown (eglot-current-server)))
  (error (note 'failed (error-message-string failure))))

(with-temp-file (nth 3 given)
  (insert (json-encode report)))
